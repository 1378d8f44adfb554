"""Data as a team brings them: mixed pictures in folders, houses with dates and gaps, Chinese reviews."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from PIL import Image, ImageDraw

CLASSES = ("貓 咪", "dog's", "紅 panda 🐼")
MODES = ("RGB", "L", "RGBA", "P", "1", "LA", "CMYK", "I;16")


def picture(number: int, kind: int, mode: str) -> Image.Image:
    """A disc, a bar or a cross of any size, anywhere, on a ground of a few blurred colours: no two are alike."""
    draw_random = np.random.default_rng([number, kind])
    width, height = (int(side) for side in draw_random.integers(40, 200, 2))
    patches = Image.fromarray(draw_random.integers(0, 140, (4, 4, 3), dtype=np.uint8))
    image = patches.resize((width, height), Image.Resampling.BICUBIC)
    draw, side = ImageDraw.Draw(image), min(width, height) // int(draw_random.integers(4, 7))
    x, y = (int(draw_random.integers(side, length - side)) for length in (width, height))
    colour = tuple(int(value) for value in draw_random.integers(150, 255, 3))
    if kind == 0:
        draw.ellipse((x - side, y - side, x + side, y + side), fill=colour)
    else:
        draw.rectangle((x - side, y - side // 4, x + side, y + side // 4), fill=colour)
    if kind == 2:
        draw.rectangle((x - side // 4, y - side, x + side // 4, y + side), fill=colour)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    return image.convert(mode)


def make_pictures(folder: Path, number: int = 300, modes: tuple[str, ...] = MODES) -> Path:
    """``number`` PNG and JPEG files in folders of three classes."""
    for row in range(number):
        kind, mode = row % 3, modes[row // 3 % len(modes)]
        jpeg = mode in ("RGB", "L", "CMYK") and row % 2
        path = folder / CLASSES[kind] / f"IMG {row:03d}'s.{'JPG' if jpeg else 'png'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        image = picture(row, kind, mode if jpeg or mode != "CMYK" else "RGB")
        exif = Image.Exif()
        exif[0x0112] = 6 if row % 5 == 0 else 1  # a quarter turn, as telephones write it
        image.save(path, exif=exif) if jpeg else image.save(path)
    return folder


def make_houses(path: Path, number: int = 1000) -> Path:
    """A CSV with numbers, categories, dates and gaps; the price follows from them."""
    draw = np.random.default_rng(0)
    area, rooms = draw.normal(120, 30, number).clip(30).round(1), draw.integers(1, 7, number)
    district = draw.choice(["大安區", "信義區", "Banqiao, New Taipei"], number, p=[0.4, 0.4, 0.2])
    sold = pd.Timestamp("2015-01-01") + pd.to_timedelta(draw.integers(0, 3000, number), "D")
    price = 150_000 * area * (1 + 0.5 * (district == "大安區")) + 400_000 * rooms + draw.normal(0, 1e6, number)
    table = pd.DataFrame({"編號": [f"H{row:05d}" for row in range(number)], "area": area, "rooms": rooms})
    table["district"], table["sold on"], table["price"] = district, sold.strftime("%Y-%m-%d"), price.round()
    table["lift"] = draw.choice(["yes", "no"], number)
    table["note"] = [f"free text {row} of somebody" for row in range(number)]
    for column, share in {"area": 0.05, "district": 0.03, "sold on": 0.02, "lift": 0.1}.items():
        table.loc[draw.random(number) < share, column] = None
    table.to_csv(path, index=False, encoding="utf-8-sig")
    return path


GOOD = ("很好看", "非常喜歡", "值得推薦", "品質很棒", "服務親切", "下次再來")
BAD = ("很難看", "非常失望", "不值得買", "品質很差", "態度惡劣", "不會再來")
ABOUT = ("這部電影", "這家餐廳", "這個產品", "這間旅館", "這本書", "這次的課程")


def make_reviews(path: Path, number: int = 500, classes: tuple[str, ...] = ("正面", "負面")) -> Path:
    """A CSV of Chinese reviews, some with a line break."""
    draw, rows = random.Random(0), []
    for row in range(number):
        label = classes[row % len(classes)]
        words = (GOOD, BAD, ABOUT)[row % len(classes)]
        text = f"{draw.choice(ABOUT)}{draw.choice(words)}，{draw.choice(words)}！第{row}次。"
        rows.append({"評論": text.replace("，", "，\n") if row % 50 == 0 else text, "情緒": label})
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def make_sounds(folder: Path, number: int = 150) -> Path:
    """WAV, FLAC and OGG files of three classes: tones that stay, rise or come and go; of several rates and lengths."""
    for row in range(number):
        draw, rate = np.random.default_rng(row), (8000, 22050, 44100)[row % 7 % 3]
        time = np.arange(round(rate * draw.uniform(0.4, 1.6))) / rate
        pitch = draw.uniform(300, 900) * (1 + (row % 3 == 1) * time)
        tone = np.sin(2 * np.pi * np.cumsum(pitch) / rate) * draw.uniform(0.2, 0.6)
        if row % 3 == 2:
            tone *= np.sin(2 * np.pi * draw.uniform(5, 9) * time) > 0
        tone += draw.normal(scale=0.01, size=len(time))
        path = folder / CLASSES[row % 3] / f"REC {row:03d}'s.{('wav', 'flac', 'ogg')[row % 5 % 3]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.stack([tone, tone], axis=1) if row % 2 else tone, rate)
    return folder


def make_captions(path: Path, number: int = 150) -> Path:
    """A CSV of pictures in Chinese sentences, two of every third; the pictures lie in a folder beside it."""
    rows = []
    for row in range(number):
        kind, mode = row % 3, MODES[row // 3 % len(MODES)]
        name = f"圖片/IMG {row:03d}'s.png"
        (path.parent / name).parent.mkdir(parents=True, exist_ok=True)
        picture(row, kind, "RGB" if mode == "CMYK" else mode).save(path.parent / name)
        thing = ("圓盤", "長條", "十字")[kind]
        said = [f"圖中有一個{thing}。", f"一個{thing}"][: 1 + (row % 3 == 0)]
        rows += [{"圖片": name, "說明": text} for text in said]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


ENDS = ("O", "N", "C(=O)O", "C(=O)[O-].[Na+]", "c1ccccc1", "Cl", "OC", "C#N", "C1CC1", "F")


def make_molecules(path: Path, number: int = 150) -> Path:
    """A CSV of chains with an end each, salts among them, and a number that follows from both."""
    draw, rows = np.random.default_rng(0), []
    for row in range(number):
        size, end = 1 + row // len(ENDS), row % len(ENDS)
        value = 0.4 * size + (end % 4) + draw.normal(scale=0.1)
        rows.append({"name": f"分子 {row:03d}", "smiles": "C" * size + ENDS[end], "solubility": round(value, 2)})
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


CLAUSES = (("She bought", "她買了"), ("He lost", "他弄丟了"), ("We found", "我們找到"), ("I need", "我需要"))
THINGS = (("apples", "顆蘋果"), ("books", "本書"), ("tickets", "張票"), ("umbrellas", "把雨傘"), ("keys", "把鑰匙"))


def make_translations(path: Path, number: int = 150) -> Path:
    """A CSV of English sentences about a number of things, with their Chinese translations."""
    rows = []
    for row in range(number):
        (who, chinese), (thing, counted) = CLAUSES[row % 4], THINGS[row // 4 % 5]
        count = 2 + row * 37 % 900
        rows.append(
            {"編號": f"句 {row:03d}", "english": f"{who} {count} {thing}.", "chinese": f"{chinese}{count}{counted}。"}
        )
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def make_lines(folder: Path, number: int = 150) -> Path:
    """The same in two files of lines, of which one has the line ends of Windows."""
    folder.mkdir(parents=True, exist_ok=True)
    table = pd.read_csv(make_translations(folder.parent / "pairs.csv", number))
    for column, ending, newline in (("english", "en", "\r\n"), ("chinese", "zh", "\n")):
        text = "\n".join(table[column]) + "\n"
        (folder / f"news.{ending}").write_text(text, encoding="utf-8", newline=newline)
    return folder


def make_texts(path: Path, number: int = 150) -> Path:
    """A CSV of Chinese texts by a few writers, or a folder of files with five such texts each."""
    draw, texts = np.random.default_rng(0), []
    for _ in range(number):
        said = [f"{CLAUSES[draw.integers(4)][1]}{draw.integers(2, 999)}{THINGS[draw.integers(5)][1]}" for _ in range(4)]
        texts.append("，".join(said) + "。")
    if path.suffix == ".csv":
        writers = [("李白", "杜甫", "王維", "Li Ch'ing-chao")[row // 5 % 4] + f" {row // 20}" for row in range(number)]
        pd.DataFrame({"詩": texts, "作者": writers}).to_csv(path, index=False)
        return path
    path.mkdir(parents=True, exist_ok=True)
    for first in range(0, number, 5):
        text = "\r\n\r\n".join(texts[first : first + 5])
        (path / f"第{first // 5:03d}回.txt").write_text(text, encoding="utf-8", newline="")
    return path


def make_measurements(path: Path, number: int = 150) -> Path:
    """A CSV of five numbers that follow from each other, with gaps, a batch and a column that is no number."""
    draw = np.random.default_rng(0)
    length = draw.normal(50, 8, number)
    table = pd.DataFrame({"樣本": [f"樣本 {row:03d}" for row in range(number)], "length (cm)": length.round(1)})
    table["寬度"] = (0.5 * length + draw.normal(0, 1, number)).round(1)
    table["weight"] = (0.02 * length**2 + draw.normal(0, 2, number)).round(2)
    table["age"] = draw.integers(1, 9, number)
    table["ratio"] = (table["weight"] / table["寬度"]).round(4)
    table["batch"], table["grower"] = draw.integers(1, 5, number), draw.choice(["林", "陳"], number)
    for column in ("length (cm)", "weight", "age"):
        table.loc[draw.random(number) < 0.1, column] = None
    table.to_csv(path, index=False, encoding="utf-8-sig")
    return path
