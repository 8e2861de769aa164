# HigherHRNet-W32, AI Challenger, input 512x512, from the weights of COCO
#
# Paper: HigherHRNet: Scale-Aware Representation Learning for Bottom-Up Human
#   Pose Estimation, CVPR 2020, https://arxiv.org/abs/1908.10357
# Expected: nothing was published for this.
# Weights: mim download higherhrnet_plugin \
#   --config ae_higherhrnet-w32_8xb24-300e_coco-512x512 --dest checkpoints
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_coco-8xb24-300e_aic-512x512.py --launcher pytorch \
#   --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_coco-8xb24-300e_aic-512x512.py --checkpoint CHECKPOINT
# `finetune` copies all but the channels of the two keypoints that COCO lacks,
# the top of the head and the neck.
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_aic-512x512.py']

model = dict(
    finetune=dict(
        checkpoint='checkpoints/higher_hrnet32_coco_512x512'
        '-8ae85183_20200713.pth',
        source='coco',
        target='aic',
    )
)
