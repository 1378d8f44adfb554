"""What the rules of data and their page say, in each language of a project."""

from __future__ import annotations

from typing import Any

LANGUAGES = ("en", "zh-TW")

RULES: dict[str, tuple[str, str]] = {
    # of Great Expectations
    "expect_column_values_to_be_unique": ("no value may stand twice", "數值不得重複"),
    "expect_column_values_to_not_be_null": ("no value may be missing", "不得有缺漏值"),
    "expect_column_values_to_be_null": ("must be empty", "必須為空"),
    "expect_column_values_to_be_in_set": ("must be one of {value_set}", "必須為 {value_set} 之一"),
    "expect_column_values_to_not_be_in_set": ("must not be one of {value_set}", "不得為 {value_set} 之一"),
    "expect_column_values_to_be_between": (
        "must lie between {min_value} and {max_value}",
        "必須介於 {min_value} 與 {max_value} 之間",
    ),
    "expect_column_value_lengths_to_be_between": (
        "length must lie between {min_value} and {max_value}",
        "長度必須介於 {min_value} 與 {max_value} 之間",
    ),
    "expect_column_values_to_match_regex": ("must look like {regex}", "格式必須符合 {regex}"),
    "expect_column_values_to_not_match_regex": ("must not look like {regex}", "格式不得符合 {regex}"),
    "expect_column_values_to_be_of_type": ("must be of type {type_}", "型別必須為 {type_}"),
    "expect_column_distinct_values_to_equal_set": (
        "the values that occur must be exactly {value_set}",
        "出現的值必須恰為 {value_set}",
    ),
    "expect_column_distinct_values_to_be_in_set": (
        "the values that occur must be among {value_set}",
        "出現的值必須在 {value_set} 之中",
    ),
    "expect_column_pair_values_a_to_be_greater_than_b": (
        "{column_A} must not be below {column_B}",
        "{column_A} 不得小於 {column_B}",
    ),
    "expect_table_row_count_to_equal": ("there must be {value} rows", "必須有 {value} 筆資料"),
    "expect_table_row_count_to_be_between": (
        "there must be {min_value} to {max_value} rows",
        "資料必須有 {min_value} 至 {max_value} 筆",
    ),
    # of the examples' identity and payload
    "plain_id": (
        "an id must be a text without blanks at its ends, line breaks, full-width signs or a decimal point",
        "編號必須為文字，頭尾無空白、無換行、無全形字元、無小數點",
    ),
    "digest_of_content": ("must be the digest of the example's own content", "必須為該樣本內容的摘要值"),
    "payload_as_collected": (
        "the files in data/raw must be those that were collected: nobody may edit them",
        "data/raw 的檔案必須與蒐集時相同，不得手動修改",
    ),
    "payload_readable": ("the payload must be readable", "資料檔必須可讀取"),
    "no_stray_file": ("data/raw may have no file that collect did not write", "data/raw 不含非蒐集階段寫入的檔案"),
    "source_is_told": ("licence and citation of the data must be given", "必須註明資料的授權與引用"),
    "ruled": (
        "expectations() in problem.py must have a rule for this column",
        "problem.py 的 expectations() 必須有此欄位的規則",
    ),
    # of columns
    "plain_type": (
        "values must be texts, numbers, dates or true/false, of one type in a column",
        "欄位的值必須為同一型別的文字、數字、日期或真偽值",
    ),
    "number_in_range": (
        "a column with a range must hold numbers, not true/false",
        "有範圍規則的欄位必須為數字，而非真偽值",
    ),
    "finite": ("numbers must be finite", "數字必須為有限值"),
    "varies": ("a column should have more than one value", "欄位必須有一種以上的值"),
    "not_in_future": ("no date may lie in the future", "日期不得在未來"),
    "plausible": ("no number may be far from all others, as in another unit", "不得有遠離其他值的數字，例如單位不同"),
    "zero_means_zero": (
        "0 should not stand for a missing value: no other value is near 0",
        "0 不得代表缺漏值：其他值皆遠離 0",
    ),
    "one_spelling": ("no two values may differ only in case, width or blanks", "不得有僅大小寫、全半形或空白不同的值"),
    "number_as_number": ("numbers should be stored as numbers, not as texts", "數字應以數字儲存，而非文字"),
    "dates_in_order": ("these dates should come in this order", "日期先後順序必須一致"),
    # of pictures, sounds and texts
    "picture_shows_something": ("no picture may be blank: its pixels must differ", "圖片不得空白：像素值必須有變化"),
    "brightness_plausible": (
        "no picture may have a range of values far from that of all others",
        "圖片數值範圍不得遠離其他圖片",
    ),
    "sound_is_heard": ("no sound may be silent: its samples must differ", "聲音不得無聲：取樣值必須有變化"),
    "loudness_plausible": (
        "no sound may be far louder or softer than all others",
        "聲音的音量不得遠離其他聲音",
    ),
    "sound_not_clipped": (
        "no sound should be cut off at the loudest value, as when it is recorded too loud",
        "聲音不得因錄音過大而截波",
    ),
    "text_says_something": ("no text may be empty", "文字不得為空"),
    "texts_differ": ("texts must not be all the same", "文字不得全部相同"),
    "valid_text": ("texts must be valid Unicode, without half characters", "文字必須為有效的 Unicode，無殘缺字元"),
    "clean_text": (
        "no text should have invisible signs (NUL, byte order or direction marks) or characters that were lost",
        "文字不含不可見符號（NUL、位元組順序或方向記號）或遺失的字元",
    ),
    # of the answers
    "answer_is_there": ("every example must have an answer", "每個樣本必須有答案"),
    "several_classes": ("there must be at least two classes", "至少有兩個類別"),
    "class_in_each_split": ("a class must have at least 3 examples, one for each split", "每類至少 3 筆，各集各一"),
    "class_large_enough": ("a class should have at least 10 examples", "每類至少 10 筆"),
    "balanced": ("the largest class should be less than 20 times the smallest", "最大類別不得達最小類別的 20 倍"),
    "answer_not_given": ("no single feature may be the answer under another name", "不得有特徵即為答案"),
    "answer_not_almost_given": (
        "no single feature should tell the answer almost perfectly",
        "不得有單一特徵幾乎完全預測答案",
    ),
    "better_than_chance": (
        "a quick classical model, tested on other examples, must do better than chance",
        "快速的分類模型在未見樣本上必須優於隨機",
    ),
    "labels_believable": (
        "few answers may contradict what similar examples say (Data Docs shows the suspicious ones)",
        "答案與相似樣本矛盾者必須很少（見 Data Docs 的可疑標籤）",
    ),
    "answers_predictable": (
        "a quick classical model should come at least 45 % of the way from chance to all right",
        "快速模型對答案的預測至少應達隨機至完全正確的 45%",
    ),
    "copies_agree": ("near-duplicates must have the same answer", "近似重複的樣本答案必須相同"),
    "no_near_duplicate": (
        "no example should be nearly a copy of another (the split keeps them together)",
        "不得有近似重複的樣本（切分時會放在同一集）",
    ),
    # of the last time
    "rows_as_before": ("rows should be about as many as when the data were last validated", "筆數應與上次驗證時相近"),
    "shape_as_before": (
        "pictures and sounds should have the size and type of the last validation",
        "圖片與聲音的尺寸與型別應與上次驗證時相同",
    ),
    "type_as_before": ("the type should be that of the last validation", "型別應與上次驗證時相同"),
    "scale_as_before": ("the middle value should be near that of the last validation", "中位數應與上次驗證時相近"),
    # of the split
    "id_in_one_split": ("no id may stand twice", "編號不得重複"),
    "all_splits": ("train, validation and test must all have examples", "訓練、驗證、測試集皆須有樣本"),
    "content_in_one_split": ("no content may be in two splits", "相同內容不得跨集"),
    "group_in_one_split": ("no group may be in two splits", "同組不得跨集"),
    "near_duplicates_in_one_split": ("no near-duplicates may be in two splits", "近似重複的樣本不得跨集"),
    "class_in_every_split": ("every class must be in every split", "每類在各集皆須出現"),
    "alike_across_splits": ("values should be distributed alike in all splits", "各集的數值分布應相近"),
}


PAGE: dict[str, tuple[str, str]] = {
    "all_hold": ("all hold", "全數通過"),
    "all_rules": ("All rules", "所有規則"),
    "broken": ("broken", "條違反"),
    "broken_by": ("Broken by", "違反者"),
    "class": ("Class", "類別"),
    "classes": ("Classes", "類別分布"),
    "column": ("Column", "欄位"),
    "doubt": ("Doubt", "可疑程度"),
    "example": ("Example", "樣本"),
    "examples": ("Examples", "樣本"),
    "given": ("Given", "原標籤"),
    "holds": ("holds", "通過"),
    "info": ("told", "告知"),
    "instead": ("A quick model says", "快速模型的判斷"),
    "outcome": ("Outcome", "結果"),
    "rows": ("rows", "筆"),
    "rule": ("Rule", "規則"),
    "rules": ("rules", "條規則"),
    "split": ("Split", "資料切分"),
    "stop": ("broken", "違反"),
    "suspicious": ("Suspicious answers", "可疑的標籤"),
    "suspicious_how": (
        "A quick classical model, which was not trained on these examples, says otherwise. "
        "The most doubtful stand first; some are right and only unusual.",
        "快速的傳統模型（未以這些樣本訓練）判斷不同，最可疑者在前；其中有些其實正確，只是少見。",
    ),
    "test": ("test", "測試"),
    "told": ("What to look at", "需要注意"),
    "train": ("train", "訓練"),
    "unchecked": ("cannot be checked", "無法檢查"),
    "validation": ("validation", "驗證"),
    "warn": ("warning", "警告"),
    "warnings": ("warnings", "項警告"),
}


def say(kind: str, language: str, arguments: dict[str, Any]) -> str:
    """The rule in plain words; a rule that nobody put into words by its own name."""
    known = RULES.get(kind)
    if known is None:
        return kind.removeprefix("expect_").replace("_", " ")
    text = known[LANGUAGES.index(language)]
    for name, value in arguments.items():
        text = text.replace(f"{{{name}}}", _short(value))
    return text


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | set | tuple) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
