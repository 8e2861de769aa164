# HigherHRNet-W32 with coupled embedding, COCO keypoints, input 512x512
#
# Paper: Regularizing Vector Embedding in Bottom-Up Human Pose Estimation
#   (coupled embedding), ECCV 2022,
#   https://doi.org/10.1007/978-3-031-20068-7_7
# Expected on COCO test-dev2017, with flip test: AP 68.8
#   (CoupledEmbedding); published by its authors, not measured here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_coupled-8xb10-300e_coco-512x512.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_coupled-8xb10-300e_coco-512x512.py \
#   --checkpoint CHECKPOINT
# Tags have 8 dimensions, each of which stands for a size of people, and the
# widths of Gaussians follow them. A test costs nothing more but larger tags.
# Source: config/coco/higher_hrnet32_512.py of CoupledEmbedding
# The number of GPUs is not published; the learning rate is that of MMPose
# 0.x's recipe for 8.
_base_ = [
    './ae_higherhrnet-w32_8xb24-300e_coco-512x512.py',
    '../../../_base_/coupled_head.py',
]

auto_scale_lr = dict(base_batch_size=80)

model = dict(head=_base_.coupled_head)
codec = model['head']['codec']
train_dataloader = dict(batch_size=10, dataset=dict(codec=codec))
val_dataloader = dict(dataset=dict(codec=codec))
test_dataloader = val_dataloader
