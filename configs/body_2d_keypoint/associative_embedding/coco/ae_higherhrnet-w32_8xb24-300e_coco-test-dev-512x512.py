# HigherHRNet-W32, predictions for COCO test-dev2017, input 512x512
#
# Expected on COCO test-dev2017, with flip test: AP 66.4
#   (official code and weights); published by its authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_coco-test-dev-512x512.py --launcher pytorch \
#   --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_coco-test-dev-512x512.py \
#   --checkpoint CHECKPOINT
# Training and validation are inherited. The test computes no metric, as the
# annotations are not public: it writes `{outfile_prefix}.keypoints.json` for
# the COCO server.
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

test_dataloader = dict(
    dataset=dict(
        ann_file='annotations/image_info_test-dev2017.json',
        data_prefix=dict(img='test2017/'),
    )
)
test_evaluator = dict(
    ann_file=_base_.data_root + 'annotations/image_info_test-dev2017.json',
    format_only=True,
    outfile_prefix='work_dirs/test-dev2017/higherhrnet-w32-512',
)
