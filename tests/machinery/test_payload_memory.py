"""What a machine remembers of the data: changes are warned about, and what is as before leaves no trace."""

import pandas as pd

from lab.data.payload import check_memory, remember


def test_the_same_data_are_reported_alike_the_second_time() -> None:
    rows = pd.DataFrame({"id": [f"{number:03d}" for number in range(100)], "size": range(100)})
    first = remember(rows, None)
    assert check_memory(first, None) == []
    assert check_memory(first, first) == []
    (warned,) = check_memory(remember(rows.head(50), None), first)
    assert (warned.kind, warned.severity, warned.holds) == ("rows_as_before", "warn", False)
    assert warned.detail == {"en": "50, was 100", "zh-TW": "現為 50，上次為 100"}
    kinds = [check.kind for check in check_memory(remember(rows.assign(size=rows["size"] * 10), None), first)]
    assert kinds == ["scale_as_before"]
