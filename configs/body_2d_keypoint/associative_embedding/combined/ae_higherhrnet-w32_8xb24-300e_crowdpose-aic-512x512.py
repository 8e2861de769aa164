# HigherHRNet-W32 on CrowdPose and AI Challenger at once, input 512x512
#
# An example of data sets with different skeletons: both have the same 14
# keypoints, in a different order, and `KeypointConverter` maps those of AIC to
# those of CrowdPose. The converter belongs in the pipeline of the data set
# that it converts; augmentation follows in the pipeline of the combination,
# whose `metainfo` defines left and right. If a data set lacks a keypoint, set
# `model.head.heatmap_loss.supervise_empty=False`; otherwise the network learns
# that this keypoint is never there.
#
# Expected: nothing was measured with this config.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_crowdpose-aic-512x512.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_crowdpose-aic-512x512.py \
#   --checkpoint CHECKPOINT
# Like the CrowdPose config but for the training data.
_base_ = ['../crowdpose/ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512.py']

# (keypoint of AIC, keypoint of CrowdPose)
aic_to_crowdpose = [
    (3, 0),  # left shoulder
    (0, 1),  # right shoulder
    (4, 2),  # left elbow
    (1, 3),  # right elbow
    (5, 4),  # left wrist
    (2, 5),  # right wrist
    (9, 6),  # left hip
    (6, 7),  # right hip
    (10, 8),  # left knee
    (7, 9),  # right knee
    (11, 10),  # left ankle
    (8, 11),  # right ankle
    (12, 12),  # top of the head
    (13, 13),  # neck
]
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='BottomupCombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/crowdpose.py'),
        datasets=[
            dict(
                type='BottomupCrowdPoseDataset',
                codec=_base_.codec,
                data_root='data/crowdpose/',
                ann_file='annotations/mmpose_crowdpose_trainval.json',
                data_prefix=dict(img='images/'),
            ),
            dict(
                type='BottomupAicDataset',
                codec=_base_.codec,
                data_root='data/aic/',
                ann_file='annotations/aic_train.json',
                data_prefix=dict(
                    img='ai_challenger_keypoint_train_20170902/'
                    'keypoint_train_images_20170902/'
                ),
                pipeline=[
                    dict(
                        type='KeypointConverter',
                        num_keypoints=14,
                        mapping=aic_to_crowdpose,
                    )
                ],
            ),
        ],
        # AIC has 17 times the images of CrowdPose; take a tenth of it
        sample_ratio_factor=[1.0, 0.1],
        pipeline=_base_.train_pipeline,
    )
)
