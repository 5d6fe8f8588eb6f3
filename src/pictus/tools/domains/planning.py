"""Calendar and reminders, all of it simulated."""

from typing import ClassVar

from pictus.record import Facts
from pictus.tools import everyday
from pictus.tools.function import Arguments, Chain, Function, Result, Vague
from pictus.tools.schema import choice, integer, takes, text
from pictus.tools.simulated import key, several, whole

_TITLES = ("dentist visit", "piano lesson", "team lunch", "book club", "swimming class", "parents' evening")
_CHORES = ("water the plants", "call the bank", "return the books", "buy stamps", "clean the lens")
_MORNINGS = ("05:45", "06:15", "06:30", "07:00", "07:30", "08:15")
_TIME = {"type": "string", "description": "time of day, as HH:MM", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}


def _create(arguments: Arguments, facts: Facts) -> Result:
    about = (arguments["title"], arguments["day"], arguments["time"])
    return {"entry": f"event-{key('event', *about)}", "clashes": whole(0, 3, "clash", *about) // 3}


def _list(arguments: Arguments, facts: Facts) -> Result:
    day = arguments["day"]
    titles = several(_TITLES, whole(1, 3, "events", day), "titles", day)
    return {"events": sorted(f"{whole(8, 19, 'hour', day, title):02d}:00 {title}" for title in titles)}


def _remind(arguments: Arguments, facts: Facts) -> Result:
    return {"entry": f"reminder-{key('reminder', arguments['what'], arguments['day'])}"}


def _timer(arguments: Arguments, facts: Facts) -> Result:
    return {"timer": f"timer-{key('timer', arguments['minutes'])}", "seconds": arguments["minutes"] * 60}


def _alarm(arguments: Arguments, facts: Facts) -> Result:
    return {"alarm": f"alarm-{key('alarm', arguments['time'], arguments.get('day', ''))}"}


class Tools:
    """Keep a calendar: events, reminders, timers, alarms."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="create_event",
            description="Enter an event into the calendar.",
            parameters=takes(title=text("what it is"), day=choice("day of the week", everyday.DAYS), time=_TIME),
            run=_create,
            deed="enter events into a calendar",
            fills={"title": _TITLES, "day": everyday.DAYS, "time": everyday.TIMES},
            words=lambda said: {
                "clash": "but something else is then, too" if said["clashes"] else "and nothing clashes"
            },
            asks=(
                "Put {title} into my calendar for {day} at {time}.",
                "On my plan: {title}, {day}, {time}. Make a note in the calendar.",
                "Schedule {title} for {day} at {time}.",
                "Enter an event: {title}, {day}, {time}.",
                "Block {time} on {day} for {title}, please.",
                "One more entry for my calendar: {title}, on {day} at {time}.",
            ),
            tells=(
                "{title} is in your calendar for {day} at {time}, {clash}.",
                "I entered {title} on {day}, {clash}.",
                "Your calendar has {title} at {time} now, {clash}.",
            ),
            vague={
                "time": Vague(
                    (
                        "Put {title} into my calendar for {day}.",
                        "Schedule {title} on {day}.",
                        "One more entry for my calendar: {title}, on {day}.",
                    ),
                    ("At what time?", "When on that day?", "What time should I enter?"),
                )
            },
        ),
        Function(
            name="list_events",
            description="List what the calendar holds for a day.",
            parameters=takes(day=choice("day of the week", everyday.DAYS)),
            run=_list,
            deed="look into a calendar",
            fills={"day": everyday.DAYS},
            words=lambda said: {"listed": ", ".join(said["events"])},
            asks=(
                "What is in my calendar on {day}?",
                "Do I have plans for {day}?",
                "List my appointments of {day}.",
                "Am I free on {day}? Check my calendar.",
                "I want to take pictures like this on {day}. What else is planned then?",
                "Read me {day}'s events.",
            ),
            tells=("On {day} you have: {listed}.", "Your calendar says {listed}.", "Planned for {day}: {listed}."),
            vague={
                "day": Vague(
                    ("What is in my calendar?", "Am I free that day?", "List my appointments."),
                    ("Which day do you mean?", "For which day?", "What day should I look at?"),
                )
            },
        ),
        Function(
            name="set_reminder",
            description="Remind somebody of a task on a day.",
            parameters=takes(what=text("what to remember"), day=choice("day of the week", everyday.DAYS)),
            run=_remind,
            deed="set reminders",
            fills={"what": _CHORES, "day": everyday.DAYS},
            asks=(
                "Remind me to {what} on {day}.",
                "On {day} I must {what}. Do not let me forget.",
                "Set a reminder for {day}: {what}.",
                "I tend to forget things. Tell me on {day} to {what}.",
                "Please make sure that I {what} on {day}.",
                "Seeing this, I should {what}. Remind me on {day}.",
            ),
            tells=(
                "I will remind you on {day} to {what}.",
                "The reminder for {day} is set.",
                "Noted: {what}, on {day}.",
            ),
            vague={
                "day": Vague(
                    ("Remind me to {what}.", "Set a reminder: {what}.", "Do not let me forget to {what}."),
                    ("On which day?", "When should I remind you?", "For what day?"),
                )
            },
        ),
        Function(
            name="set_timer",
            description="Start a timer for a number of minutes.",
            parameters=takes(minutes=integer("how long", 1, 600)),
            run=_timer,
            deed="start timers",
            fills={"minutes": (5, 8, 10, 12, 20, 25, 45)},
            asks=(
                "Set a timer for {minutes} minutes.",
                "Tell me when {minutes} minutes are over.",
                "Start counting down from {minutes} minutes.",
                "I will draw this for {minutes} minutes. Time me.",
                "Give me {minutes} minutes, then ring.",
                "A timer of {minutes} minutes, please.",
            ),
            tells=(
                "The timer runs for {minutes} minutes.",
                "Your {minutes} minutes have started.",
                "I will ring in {minutes} minutes, which is {seconds} seconds.",
            ),
            vague={
                "minutes": Vague(
                    ("Set a timer.", "Start a countdown for me.", "I will draw this now. Time me."),
                    ("For how many minutes?", "How long should the timer run?", "How many minutes do you need?"),
                )
            },
        ),
        Function(
            name="set_alarm",
            description="Set an alarm clock to a time of day.",
            parameters=takes(time=_TIME, day=choice("day of the week", everyday.DAYS), optional=["day"]),
            run=_alarm,
            deed="set alarms",
            fills={"time": _MORNINGS, "day": everyday.DAYS},
            asks=(
                "Wake me at {time}.",
                "Set an alarm for {time} on {day}.",
                "I want to be up at {time} on {day}.",
                "Make the alarm clock ring at {time}.",
                "An alarm at {time}, please.",
                "To catch light like in this picture I must get up at {time}. Set the alarm.",
            ),
            tells=("The alarm is set to {time}.", "I will wake you at {time}.", "Done, it rings at {time}."),
            vague={
                "time": Vague(
                    ("Wake me on {day}.", "Set an alarm.", "Make the alarm clock ring on {day}."),
                    ("At what time?", "What time should it ring?", "When do you want to get up?"),
                )
            },
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = ()
