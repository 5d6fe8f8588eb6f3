"""What a caption may be the answer to: requests that are true of the text that follows them, and of every picture.

None says "photo" or "scene", for there are drawings and pages; none says "above" or "below", for the picture stands
before or after the words. A new sentence changes which one a seed chooses: give `spoken.PROGRAM` a new number then.
"""

import re
from typing import Literal, TypeAlias

Manner: TypeAlias = Literal["written", "narrated", "motion"]  # how a text came about, and of what it is

# In UTF-8, where a word of English and a word of Chinese take about as many bytes.
_SHORT_BYTES = 160
_LONG_BYTES = 400
_SEVERAL_SENTENCES = re.compile(r"[.!?]\s+\w|[。！？](?=.)")
_STOPS = (".", "!", "?", "。", "！", "？")

BRIEF = (
    "Give this picture a one-line caption.",
    "What would a short caption for this image say?",
    "Sum up the picture in one line.",
    "In a few words, what is to be seen here?",
    "Tell me briefly what this image shows.",
    "Caption this picture for me, please.",
    "Put the picture into a few words.",
    "Write a short line to go with this image.",
    "How would you caption this image?",
    "What is in the picture? Keep it short.",
    "I need a brief caption for this picture.",
    "Say briefly what the image is of.",
    "If this picture had a caption, what would it be?",
    "Make up a caption that fits this image.",
    "One line is enough: what does the image show?",
    "Just the gist, please: what is in this picture?",
    "Tell me in short what the picture shows.",
    "What is this picture of, in brief?",
    "Write the caption of this image.",
    "Write short alternative text for this image.",
    "Give me this image in a nutshell.",
    "A quick summary of this picture, please.",
    "What does the image show at a glance?",
    "Find a fitting caption for the picture.",
    "How would you sum up this image?",
    "Help me label this picture with a short text.",
    "Answer with a brief caption for the image.",
    "What short text would you put beside this picture?",
    "Please keep it brief: what do you see in this image?",
    "Boil the picture down to a few words.",
    "Which few words fit this image best?",
    "Tell me what this is a picture of, and be quick about it.",
)

SENTENCE = (
    "Describe the picture in one sentence.",
    "In a single sentence, what does this image show?",
    "Write one sentence about what is in the picture.",
    "Use one sentence to tell me what this image shows.",
    "One sentence, please: what can be seen in the picture?",
    "Say in one sentence what this picture contains.",
    "What is in this image? One sentence will do.",
    "Make one sentence out of what the picture shows.",
    "Give me a single sentence that sums up this image.",
    "If you had only one sentence, how would you describe this picture?",
)

OPEN = (
    "What does this picture show?",
    "What can be seen in this image?",
    "Describe what you see in the picture.",
    "Tell me about this image.",
    "What is this a picture of?",
    "Please describe the picture.",
    "What is in the image?",
    "What do you see here?",
    "Can you tell me what is in this picture?",
    "Describe this image for me.",
    "What is to be seen in this picture?",
    "Put into words what the image shows.",
    "I would like to know what is in this image.",
    "Could you say what the picture shows?",
    "Please tell me what this image contains.",
    "How would you describe this picture?",
    "What would you say this image shows?",
    "Tell me what I am looking at in this picture.",
    "Have a look at this image and tell me what you see.",
    "Say what there is to see in the picture.",
    "What can you make out in this image?",
    "What is shown in the picture?",
    "I cannot see the image. What is in it?",
    "Help me understand what this picture shows.",
)

DETAIL = (
    "Describe the picture in detail.",
    "Tell me everything you can see in this image.",
    "Write a long description of this picture.",
    "What does the image show? Leave nothing out.",
    "Take your time and describe the picture as fully as you can.",
    "I would like a full description of this image.",
    "Describe this picture so that I could draw it.",
    "Describe the image to somebody who cannot see it, and be thorough.",
    "What is in the picture, down to the small things?",
    "Give me all the details of this image.",
    "Write a paragraph about what this picture shows.",
    "Look closely at the image and report what you find.",
    "How would you describe this picture at length?",
    "Say as much as you can about what is in this image.",
    "Please describe the picture with care, and include the details.",
    "What can be seen in this image? Go into detail.",
    "Do not stop at the main thing: tell me all that the picture shows.",
    "Describe what is in this image, how it looks and where it is.",
    "Give a rich description of this picture.",
    "A few words will not do: describe this image at length.",
    "Tell me about this picture in as much detail as possible.",
    "Write down all that you notice in the image.",
    "I want to imagine this picture well. What is in it?",
    "Study this image and write a detailed account of it.",
    "Describe the whole picture, not only what stands out.",
    "What would a detailed description of this image say?",
    "Please write about this picture in several sentences.",
    "Explain in detail what I would see if I looked at this image.",
    "Make your description of the picture long and exact.",
    "Which details does this image hold? Describe all of them.",
    "Start with what matters most in the picture, and then go on to the rest.",
    "Let me know precisely what this image looks like.",
    "Use several sentences to describe what the picture shows.",
    "Help me see this image: describe it closely.",
    "Could you describe this picture in depth?",
    "Give me a careful description of the image, with its details.",
    "What do you see in the picture? I am interested in every detail.",
    "Spell out what this image shows, one thing after another.",
    "Write a description that does justice to this picture.",
    "Cover everything that is in the image, large and small.",
    "Write text for this picture that can stand in for it.",
    "Can you go over this image and describe all parts of it?",
)

NARRATED = (
    "Talk me through what you see in this picture.",
    "Say aloud what you see in the image.",
    "Look over the picture and tell me what is where.",
    "As your eyes move over this image, what do you see?",
    "Speak freely about what this picture shows.",
    "Tell me about the image as if we were on the telephone.",
    "What do you notice as you look around this picture?",
    "Describe the image in spoken words.",
    "Say what you see in this picture, in the order in which you see it.",
    "Let me hear what is in this image.",
    "Go over the picture and mention what you come across.",
    "Tell me what you see, and point at it as you go through the image.",
    "Imagine reading this picture out to a listener. What do you say?",
    "In your own spoken words, what does the image show?",
    "Look at this picture and think aloud about what is in it.",
    "Guide me around this image.",
    "What would you say to a friend who asks what is in this picture?",
    "Chat about what can be seen in the image.",
)

SEVERAL = (
    "What do these pictures show?",
    "Describe what can be seen in these images.",
    "Tell me about these pictures.",
    "What is in the images?",
    "How would you describe these pictures?",
    "Put into words what these images show.",
    "Please describe the pictures.",
    "What do you see in these images?",
    "Can you tell me what is in these pictures?",
    "Have a look at these images and say what you see.",
    "Say what there is to see in the pictures.",
    "I would like to know what these images show.",
)

MOTION = (
    "What does the person do?",
    "Describe the motion.",
    "What happens in this motion?",
    "Tell me how the person moves.",
    "Put this movement into words.",
    "Which movement is this?",
    "How would you describe what the person is doing?",
    "What is being done in this motion?",
    "Say what the person does here.",
    "Please describe this movement.",
    "Watch the motion and tell me what happens.",
    "What kind of movement do you see?",
    "Could you tell me what the person is doing?",
    "Explain the movement in plain words.",
    "What would you call this motion?",
    "I would like to know how this person moves.",
    "Write down what the body does in this motion.",
    "What movement has been recorded here?",
    "Tell an actor what to do to repeat this motion.",
    "Help me picture this movement: what does the person do?",
)

_SHORT = (*BRIEF, *OPEN)
_ONE_SENTENCE = (*BRIEF, *SENTENCE, *OPEN)


def requests_for(text: str, manner: Manner, *, pictures: int = 1) -> tuple[str, ...]:
    """List the requests that a text about so many pictures is a fitting answer to."""
    if manner == "motion":
        return MOTION
    if pictures > 1:
        return SEVERAL
    if manner == "narrated":
        return NARRATED
    size = len(text.encode("utf-8", "replace"))
    if size > _LONG_BYTES:
        return DETAIL
    if size > _SHORT_BYTES or _SEVERAL_SENTENCES.search(text):
        return OPEN
    return _ONE_SENTENCE if text.endswith(_STOPS) else _SHORT
