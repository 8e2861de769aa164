# Coupled embedding: tags that tell how large a person is, and Gaussians as
# wide as they say. `model = dict(head=_base_.coupled_head)` in a config that
# also inherits this file, and `codec = model['head']['codec']` for its data.
coupled_head = dict(
    codec=dict(person_scales=True),
    tag_dim=8,
    concat_tags=False,
    heatmap_loss=dict(sigma='tags', weight='coupled', beta=0.4),
    tag_loss=dict(scale_weight=1e-4),
    decoder=dict(nms_kernel=7),
)
