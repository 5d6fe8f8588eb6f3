from pictus.report.charts import bar_chart, histogram


def test_the_largest_values_come_first_and_the_rest_is_counted() -> None:
    chart = bar_chart("Labels", {"cat": 2, "dog": 8, "owl": 2, "elk": 1}, most=3, rest="other labels")
    assert [(bar.label, bar.value, bar.length) for bar in chart.bars] == [
        ("dog", 8, 1.0),
        ("cat", 2, 0.25),
        ("owl", 2, 0.25),
    ]
    assert chart.note == "and 1 in 1 other labels"


def test_a_chart_of_nothing_has_no_bars() -> None:
    assert bar_chart("Labels", {}).bars == ()


def test_a_histogram_counts_every_value_once() -> None:
    chart = histogram("Words", [0, 1, 2, 3, 5, 900], (1, 2, 4))
    assert [(bar.label, bar.value) for bar in chart.bars] == [("1", 2), ("2–3", 2), ("4 or more", 2)]
