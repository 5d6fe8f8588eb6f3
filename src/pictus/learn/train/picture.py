"""Draw the losses of a run as a small picture that every browser and editor shows."""

from collections.abc import Sequence
from html import escape
from typing import TypeAlias

Points: TypeAlias = Sequence[tuple[int, float]]  # step and loss

_WIDTH, _HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 40, 40
_MOST = 600  # points: more are finer than a pixel
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#6a6672}.title{font-size:14px;fill:#26242c}.grid{stroke:#e4dfd5}"
    ".each{stroke:#bcd0e6}.mean{stroke:#2f5d8c;stroke-width:2}.held{stroke:#b8602a;stroke-width:2}"
    "polyline{fill:none;stroke-linejoin:round}"
)


def loss_picture(points: Points, held_out: Points = (), *, title: str, steps: int) -> str:
    """Draw the loss of each step, its running mean, and the loss on what was held out, as SVG."""
    thinned = _thinned(points)
    values = [loss for _, loss in (*thinned, *held_out)] or [1.0]
    low, high = min(0.0, *values), max(values) * 1.05 or 1.0

    def place(step: float, loss: float) -> str:
        across = _LEFT + (_WIDTH - _LEFT - _RIGHT) * step / max(steps, 1)
        down = _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - loss) / (high - low)
        return f"{across:.1f},{down:.1f}"

    def line(kind: str, of: Points) -> str:
        return f'<polyline class="{kind}" points="{" ".join(place(*point) for point in of)}"/>' if of else ""

    last = f", {points[-1][1]:.3f} at step {points[-1][0]:,}" if points else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        f"<title>{escape(title)}: loss{last}</title><style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fffefb"/>',
        f'<text class="title" x="{_LEFT}" y="24">{escape(title)}: loss{last}</text>',
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        loss, step = low + (high - low) * share, round(steps * share)
        x, y = place(step, loss).split(",")
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{float(y) + 4:.1f}" text-anchor="end">{loss:.2f}</text>')
        parts.append(f'<text x="{x}" y="{_HEIGHT - 14}" text-anchor="middle">{step:,}</text>')
    parts += [line("each", thinned), line("mean", _smoothed(thinned)), line("held", held_out)]
    if held_out:
        # Points too: a line of one point, as of a short stage that is measured at its end, is nothing to see.
        centres = [place(*point).split(",") for point in held_out]
        parts += [f'<circle class="held" cx="{x}" cy="{y}" r="2"/>' for x, y in centres]
        parts.append(f'<text x="{_WIDTH - _RIGHT}" y="24" text-anchor="end">held out: {held_out[-1][1]:.3f}</text>')
    return "\n".join([*filter(None, parts), "</svg>", ""])


def _thinned(points: Points) -> list[tuple[int, float]]:
    """Let neighbours stand together for their mean where there are too many."""
    group = -(-len(points) // _MOST) or 1
    parts = [points[at : at + group] for at in range(0, len(points), group)]
    return [(part[-1][0], sum(loss for _, loss in part) / len(part)) for part in parts]


def _smoothed(points: Points, keeps: float = 0.95) -> list[tuple[int, float]]:
    smooth, total, weight = [], 0.0, 0.0
    for step, loss in points:
        total, weight = keeps * total + loss, keeps * weight + 1
        smooth.append((step, total / weight))
    return smooth
