# HigherHRNet-W32, COCO keypoints, input 512x512, a recipe of today
#
# Paper: HigherHRNet: Scale-Aware Representation Learning for Bottom-Up Human
#   Pose Estimation, CVPR 2020, https://arxiv.org/abs/1908.10357
# Expected: nobody has published this network with this recipe, and it was not
#   trained on COCO here. docs/recipes.md has what it gave on drawn people.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_adamw-8xb24-300e_coco-512x512.py \
#   --launcher pytorch --gpus 8 --amp
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_adamw-8xb24-300e_coco-512x512.py \
#   --checkpoint CHECKPOINT
# AdamW that does not shrink biases and normalisations, a cosine in place of
# steps, a moving average of the weights, which tests and the best checkpoint
# are of, and --amp, float16 where it is safe. It costs what the usual recipe
# costs, or less.
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

optim_wrapper = dict(
    optimizer=dict(type='AdamW', weight_decay=0.01),
    paramwise_cfg=dict(
        norm_decay_mult=0, bias_decay_mult=0, bypass_duplicate=True
    ),
)
cosine = dict(
    type='CosineAnnealingLR',
    begin=0,
    end=300,
    T_max=300,
    eta_min=1e-6,
    by_epoch=True,
    convert_to_iter_based=True,
)
param_scheduler = [_base_.warm_up, cosine]

custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='EMAHook', ema_type='ExpMomentumEMA', update_buffers=True),
]
