# HigherHRNet-W48 with coupled embedding, CrowdPose, input 640x640
#
# Paper: Regularizing Vector Embedding in Bottom-Up Human Pose Estimation
#   (coupled embedding), ECCV 2022,
#   https://doi.org/10.1007/978-3-031-20068-7_7
# Expected on CrowdPose test, with flip test: AP 70.5, multi-scale 71.6
#   (CoupledEmbedding); published by its authors, not measured here.
#   From COCO weights 72.9, multi-scale 74.5.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_coupled-8xb10-300e_crowdpose-640x640.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_coupled-8xb10-300e_crowdpose-640x640.py \
#   --checkpoint CHECKPOINT
# Like the config for COCO, with wider Gaussians for people of the same size.
# Source: config/crowdpose/higher_hrnet48_640.py of CoupledEmbedding
# The number of GPUs is not published; the learning rate is that of MMPose
# 0.x's recipe for 8.
_base_ = [
    './ae_higherhrnet-w48_8xb16-300e_crowdpose-640x640.py',
    '../../../_base_/coupled_head.py',
]

auto_scale_lr = dict(base_batch_size=80)

coupled_loss = dict(sigma='tags', weight='coupled', beta=0.55)
model = dict(head=dict(_base_.coupled_head, heatmap_loss=coupled_loss))
codec = model['head']['codec']
train_dataloader = dict(batch_size=10, dataset=dict(codec=codec))
val_dataloader = dict(dataset=dict(codec=codec))
test_dataloader = val_dataloader
