"""One box for each cell of a coarse grid, learnt by squared errors: the first YOLO (Redmon et al. 2016), small."""

import torch
from torch import Tensor, nn

from lab.contract import Batch
from lab.convolutions import convolutions
from lab.tasks.object_detection.detector import Detector, cell_sides, centres, corners, shared, suppressed

PLACE, NOBODY = 5.0, 0.5
"""How much errors of boxes count, and of cells without an object: as in the paper."""


class Grid(Detector):
    """A cell answers for the object whose centre is in it; of several, for the largest."""

    def __init__(self, examples: Batch, width: int, depth: int) -> None:
        super().__init__(examples, width, depth)
        last = self.widths[-1]
        self.answer = nn.Sequential(convolutions(last, last), nn.Conv2d(last, 5 + self.classes, 1))

    def answers(self, batch: Batch) -> Tensor:
        """(n, height, width, 5 + classes): centre in the cell, roots of the sides, confidence, classes."""
        return self.answer(self.seen(batch)[-1]).movedim(1, 3)

    def boxes(self, answers: Tensor, batch: Batch) -> Tensor:
        """(n, height, width, 4): x, y, width and height in pixels."""
        cells = answers.shape[1:3]
        middle = (answers[..., :2] + corners(cells, answers.device).movedim(0, 2)) * cell_sides(batch, cells)
        sides = answers[..., 2:4].clamp(min=0) ** 2 * max(batch["picture"].shape[2:])
        return torch.cat([middle - sides / 2, sides], dim=3)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Squared errors, summed over the cells of a picture."""
        answers = self.answers(batch)
        cells = answers.shape[1:3]
        there, middle, sides = centres(batch, cells)
        within = (middle.long()[..., None, None] == corners(cells, middle.device)).all(dim=2) & there[..., None, None]
        largest = (within * (1 + sides.prod(dim=2))[..., None, None]).argmax(dim=1)  # (n, height, width)
        mine = within.any(dim=1)
        rows = torch.arange(len(largest), device=largest.device)[:, None, None]
        truth = batch["boxes"][rows, largest]
        wanted = torch.cat(
            [
                middle[rows, largest] - corners(cells, middle.device).movedim(0, 2),
                (truth[..., 2:] / max(batch["picture"].shape[2:])).sqrt(),
            ],
            dim=3,
        )
        both, either = shared(self.boxes(answers.detach(), batch), truth)
        sure = torch.where(mine, both / either.clamp(min=1e-6), 0)
        kinds = nn.functional.one_hot(batch["classes"][rows, largest].clamp(min=0), self.classes)
        wrong = PLACE * ((answers[..., :4] - wanted) ** 2).sum(dim=3) * mine
        wrong = wrong + torch.where(mine, 1, NOBODY) * (answers[..., 4] - sure) ** 2
        wrong = wrong + ((answers[..., 5:] - kinds) ** 2).sum(dim=3) * mine
        return {"loss": wrong.sum() / len(wrong)}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``found``: (n, most, 6), x, y, width, height, class and score of each box, the best first."""
        answers = self.answers(batch)
        scores = answers[..., 4:5].clamp(0, 1) * answers[..., 5:].clamp(0, 1)
        return {"found": suppressed(self.found(self.boxes(answers, batch).flatten(1, 2), scores.flatten(1, 2)))}
