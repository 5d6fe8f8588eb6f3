"""Ask a model one question about a picture."""

from pathlib import Path

import click

from pictus.cli import output
from pictus.errors import PictusError


@click.command("ask")
@click.argument("model")
@click.argument("picture")
@click.argument("question")
@click.option("--backend", help="What asks; by default what fits the model.")
@click.option("--max-tokens", type=click.IntRange(1), default=512, show_default=True, help="Of the answer.")
@click.option("--temperature", type=click.FloatRange(0, 2), help="0 for the likeliest words.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the backend.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(
    model: str,
    picture: str,
    question: str,
    backend: str | None,
    max_tokens: int,
    temperature: float | None,
    seed: int,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Ask MODEL the QUESTION about PICTURE; `-` for no picture.

    MODEL is a name, a folder of weights, a GGUF file, `backend:name`, or the address of a server.

    \b
    pictus ask gpt-4o-mini dog.jpg "What is the dog doing?"
    pictus ask http://localhost:8000/v1 dog.jpg "How many dogs are there?"
    """
    from pictus.ask.once import ask_once
    from pictus.ask.which import model_named
    from pictus.prompt import Prompt, Sampling
    from pictus.record import Media, Turn

    asked = model_named(model, backend, output.settings_of(settings))
    if not hasattr(asked, "answer"):
        mend = "give a model; or `pictus generate CORPUS --backend program` for its questions and answers"
        raise PictusError("a program answers from annotations, and a picture alone has none", where=model, mend=mend)
    media: tuple[Media, ...] = ()
    if picture != "-":
        path = Path(picture)
        if not path.is_file():
            raise PictusError("there is no such picture", where=picture, mend="check the path")
        media = (Media(path=path.name, root=str(path.parent)),)
    prompt = Prompt(
        kind="question",
        messages=(Turn.of("user", question, images=len(media)),),
        media=media,
        seed=seed,
        sampling=Sampling(max_tokens=max_tokens, temperature=temperature),
    )
    answer = ask_once(asked, prompt)
    if as_json:
        usage = answer.usage and {"prompt": answer.usage.prompt, "completion": answer.usage.completion}
        text = answer.turns[0].text
        told = {"answer": text, "model": answer.model or asked.model, "finish": answer.finish, "usage": usage}
        return output.result(told)
    click.echo(answer.turns[0].text.strip())
    if answer.finish == "length":
        output.say("the answer is cut off; allow more by `--max-tokens`")
    for note in asked.notes:
        output.say(f"note: {note}")
    return None
