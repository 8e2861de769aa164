# HigherHRNet-W48 with coupled embedding, CrowdPose, from the weights of COCO
#
# Paper: Regularizing Vector Embedding in Bottom-Up Human Pose Estimation
#   (coupled embedding), ECCV 2022,
#   https://doi.org/10.1007/978-3-031-20068-7_7
# Expected on CrowdPose test, with flip test: AP 72.9, multi-scale 74.5
#   (CoupledEmbedding); published by its authors, not measured here.
# Weights: those that ae_higherhrnet-w48_coupled-8xb10-300e_coco-640x640.py
#   trains, or the authors' file for COCO, under the name below.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_coupled-coco-8xb10-300e_crowdpose-640x640.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_coupled-coco-8xb10-300e_crowdpose-640x640.py \
#   --checkpoint CHECKPOINT
# Like the config that starts from ImageNet. How long the authors trained from
# COCO is not published.
_base_ = ['./ae_higherhrnet-w48_coupled-8xb10-300e_crowdpose-640x640.py']

model = dict(
    finetune=dict(
        checkpoint='checkpoints/coupled_w48_coco_640x640.pth',
        source='coco',
        target='crowdpose',
    )
)
