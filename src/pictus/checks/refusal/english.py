"""How an assistant refuses, and how it talks beside the matter, in English."""

import re

_SHOWN = r"(?:image|picture|photo(?:graph)?|attachment|screenshot|file|visual(?:s|\s+content)?)s?"
_WHICH = r"(?:(?:the|this|your|that|any|an?|actual|attached|provided|uploaded|specific|individual)\s+)*"
_ABLE = r"(?:not\s+able|unable)\s+to"
_NOT = rf"(?:can(?:no|')?t|can\s+not|could\s*n['o]t|(?:am|was)\s+{_ABLE}|do\s*n['o]t\s+have\s+the\s+ability\s+to)"
_MODEL = r"(?:ai\b|artificial\s+intelligence|language\s+model|chatbot|virtual\s+assistant)"
# A sentence begins here, and nobody is quoted.
_START = r"(?:^|(?<=[.!?])\s+|\n\s*)"
_PROVIDE = r"provide\s+(?:an?y?|the|more|that|information|accurate|you)"
_IDENTIFY = r"identify\s+(?:who|people|individuals|real|specific|the\s+(?:person|people))"

REFUSES = re.compile(
    rf"""
    \bas\s+an?\s+(?:\w+[\s-]){{0,3}}{_MODEL}
    | \bI(?:\s+am|'m)\s+(?:just\s+|only\s+)?an?\s+(?:\w+[\s-]){{0,3}}{_MODEL}
    | {_START}(?:(?:I\s+am|I'm)\s+(?:very\s+|so\s+|really\s+)?sorry|I\s+(?:sincerely\s+)?apologi[sz]e|sorry|apologies)
      \s*(?:,|\.|!|-|—|\bbut\b|\bfor\s+(?:the|any)\s+(?:confusion|inconvenience)|\bhowever\b)
    | \bI(?:\s+{_NOT}|'m\s+{_ABLE})\s+(?:\w+ly\s+)?
      (?:see|view|access|open|look\s+at|analy[sz]e|process|display|perceive|interpret)\s+
      {_WHICH}{_SHOWN}\b(?!\s+(?:frame|on|behind|in|hanging|of|hung)\b)
    | {_START}I(?:\s[^.!?"“]{{0,20}}?{_NOT}|'m\s+{_ABLE})\s+(?:\w+ly\s+)?
      (?:help|assist|comply|fulfil+|answer\s+(?:that|this|the|your|any)|{_PROVIDE}|generate|create|{_IDENTIFY})\b
    | \b(?:no|not\s+an?y?)\s+{_SHOWN}\s+(?:(?:was|were|is|are|has\s+been|have\s+been)\s+)?
      (?:attached|provided|uploaded|available\s+to\s+me|given|included)\b
    | \bplease\s+(?:provide|upload|share|attach|send)\s+(?:me\s+(?:with\s+)?)?
      (?:the|an?|your|more|a\s+clearer|additional)\b
    | \bwithout\s+(?:seeing|viewing|access\s+to|being\s+able\s+to\s+(?:see|view))\s+{_WHICH}{_SHOWN}\b
    | \bI\s+do(?:\s+not|n't)\s+(?:\w+ly\s+)?have\s+(?:\w+\s+)?(?:access\s+to|enough\s+(?:information|context)|visual
      |the\s+capability|eyes|the\s+image|personal\s+(?:opinions|feelings|experiences))\b
    | \bmy\s+(?:training\s+data|knowledge\s+cut-?off|programming|guidelines)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
SMALL_TALK = re.compile(
    rf"""
    {_START}(?:sure|certainly|of\s+course|absolutely|okay|got\s+it)\b[\s,!.:]*\s
      (?:here(?:'s|\s+is|\s+are)|I(?:'d|'ll|\s+(?:can|will|would))|let\s+me)\b
    | ^here(?:'s|\s+is|\s+are)\s+(?:an?|the|some|\w+)\s+(?:\w+\s+){{0,3}}
      (?:description|caption|question|conversation|answer|response|summary|version|example)s?\b
    | \b(?:I\s+)?hope\s+(?:this|that)\s+(?:helps|answers|description\s+helps|was\s+helpful)\b
    | \blet\s+me\s+know\s+if\s+(?:you|there|I|this)\b
    | \b(?:please\s+)?(?:feel\s+free\s+to|don't\s+hesitate\s+to)\s+(?:ask|let\s+me|reach|share|contact)\b
    | \banything\s+else\s+(?:I\s+can|you(?:'d|\s+would)?\s+(?:like|want|need))\b
    | {_START}(?:that's\s+an?|an?)?\s*(?:great|excellent|interesting|good)\s+question\s*[!.,]
    | \bhow\s+(?:can|may)\s+I\s+(?:help|assist)\s+you\b
    | {_START}(?:question|answer|assistant|user|human|system)\s*:\s
    | <\|[^|>]{{1,40}}\|> | \[/?INST\] | <</?SYS>>
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A search costs ten times as much as looking for these, and most answers hold none.
REFUSAL_HINTS = (
    *("sorry", "apolog", "unable", "can't", "cannot", "can not", "could", "able to", "as a", " ai ", " model", "bot"),
    *("attached", "provided", "uploaded", "given", "included", "available", "please", "without", "i do", "my "),
)
TALK_HINTS = (
    *("sure", "certain", "of course", "absolutely", "okay", "got it", "here", "hope", "let me", "feel free"),
    *("hesitate", "else", "question", "how can i", "how may i", ":", "<|", "inst]", "sys>>"),
)
BLANK = re.compile(
    r"\W*(?:n/?a|null|nan|undefined|todo|tbd|\[?(?:your\s+)?answer(?:\s+here)?\]?|\[insert[^\]]*\])?\W*", re.IGNORECASE
)
