"""What games earned."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from lab.comparison.drawing import called, capital, colours, itemised, said
from lab.contract import Drawn
from lab.style import PALETTE
from lab.words import Text


def draw_returns(returns: dict[str, np.ndarray], by_chance: np.ndarray, unit: Text = "") -> Drawn:
    """A histogram and the mean of each player's returns, and of those of one that moves at random: ``by_chance``."""
    figure, axes = plt.subplots(figsize=(5.7, 2.4))
    everything = np.concatenate([*returns.values(), by_chance]).astype(float)
    width = np.ptp(everything) / 27 or 1.0  # nobody may have earned anything
    if np.allclose(everything, everything.round()) and width > 0.1:
        width = max(1.0, np.round(width))  # whole numbers fall into bins of equally many
    digits = 1 if np.abs(everything).max() > 1 else 3
    bins = np.arange(everything.min() - width / 2, everything.max() + 1.5 * width, width)
    colour = colours(list(returns))
    players = [(called(name), values, colour[name], "-") for name, values in returns.items()]
    players.append((said({"en": "random player", "zh-TW": "隨機玩家"}), by_chance, PALETTE["quiet"], ":"))
    told = []
    for name, values, shade, line in players:
        mean = f"{values.mean():.{digits}f}".replace("-", "−")
        told.append(said({"en": f"{name}: mean {mean}", "zh-TW": f"{name}：平均 {mean}"}))
        if line == "-":
            axes.hist(values, bins.tolist(), color=shade, alpha=0.35)
        else:
            axes.hist(values, bins.tolist(), color=shade, histtype="step", ls=line)
        axes.axvline(values.mean(), color=shade, ls=line, label=told[-1])
    among = f" ({said(unit)})" if unit else ""
    axes.set_xlabel(capital(said({"en": f"return{among}", "zh-TW": f"報酬{among}"})))
    axes.set_ylabel(said({"en": "Test games", "zh-TW": "測試局數"}))
    figure.legend(loc="outside upper left", ncols=len(players) if len(players) < 4 else 2)
    caption = {
        "en": "Returns of the test games. Bars count games, vertical lines are the means; the random player begins the "
        "same games.",
        "zh-TW": "各測試局的報酬：長條為局數，直線為平均；隨機玩家由相同局面開始。",
    }
    return Drawn(figure, caption, itemised(told))
