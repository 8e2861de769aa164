#!/bin/sh
# From nothing to a trained, tested and drawn HigherHRNet; run by `make demo`.
set -eu

data=data/synthetic_people
out=work_dirs/demo
config=ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py

rm -rf "$out"
python tools/dataset/make_synthetic_people.py "$data" --num-train 4000

mim train higherhrnet_plugin "$config" --gpus 0 --work-dir "$out/train"
cp "$out/train/$config" "$out/config.py"
cp "$out"/train/epoch_*-*.pth "$out/model.pth"

mim test higherhrnet_plugin "$config" --checkpoint "$out/model.pth" \
    --gpus 0 --work-dir "$out/test" --out "$out/result.json"

python tools/visualization/draw_predictions.py "$out/config.py" \
    "$out/model.pth" --out "$out/pictures" --num 16
python tools/analysis/plot_curves.py "$out/train" --out "$out/curves.png"

echo
echo "COCO metric on the held-out synthetic people, with flip test:"
python -m json.tool "$out/result.json"
echo "metric:     $out/result.json"
echo "checkpoint: $out/model.pth, config: $out/config.py"
echo "pictures:   $out/pictures (people, heatmaps of both levels, tags)"
echo "curves:     $out/curves.png"
