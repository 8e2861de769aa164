#!/bin/sh
# From nothing to a trained, tested and drawn HigherHRNet; run by `make demo`.
set -eu

data=data/synthetic_people
out=work_dirs/demo
config=ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py

rm -rf "$out"
python tools/dataset_converters/make_synthetic_people.py "$data" --num-train 4000

mim train higherhrnet_plugin "$config" --gpus 0 --work-dir "$out/train"
cp "$out/train/$config" "$out/config.py"
cp "$out"/train/epoch_*-*.pth "$out/model.pth"

mim test higherhrnet_plugin "$config" --checkpoint "$out/model.pth" \
    --gpus 0 --work-dir "$out/test" --out "$out/result.json"

python tools/inference.py "$out/config.py" "$out/model.pth" "$data/val" \
    --no-draw --out "$out/found" \
    --ann-file "$data/annotations/person_keypoints_val.json"
python tools/analysis_tools/report.py "$out/config.py" \
    "$out/found/predictions.json" --log "$out/train" --out "$out/report.html"
python tools/inference.py "$out/config.py" "$out/model.pth" \
    "$data"/val/*0.jpg --draw-maps --out "$out/drawn"

echo
echo "COCO metric on the held-out synthetic people, with flip test:"
python -m json.tool "$out/result.json"
echo "metric:     $out/result.json"
echo "checkpoint: $out/model.pth, config: $out/config.py"
echo "report:     $out/report.html (errors, curves of the training)"
echo "pictures:   $out/drawn/pictures (people, heatmaps of both levels, tags)"
