"""Words that keep their period, as alternatives of a pattern that takes large letters for small ones."""


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


# The size of a letter counts behind "(?-i". Such as "etc." or "Jan.": a sentence may end with them.
BEFORE_SMALL_LETTERS = _any(
    r"""
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri
    ala ariz (?-i:A)z (?-i:A)rk calif colo conn ct dak (?-i:D)el fla ga (?-i:I)ll ind kans? ky (?-i:L)a (?-i:M)ass md
    mich minn (?-i:M)iss mo mont neb nev okla (?-i:O)re (?-i:P)a penn tenn (?-i:T)ex va vt (?-i:W)ash wisc? wyo
    inc cos? corp pp?t(?-i:[ye])s? ltd plc rt bancorp bhd assn univ intl sys tel est ext sq
    jr sr bros ed\.d ph\.d blvd rd esq etc al seq bldg
    """
)
# Such as "Mr." or "vs.": a sentence never ends with them.
BEFORE_CAPITALS = _any(
    r"""
    mr mrs ms (?-i:M)iss drs? profs? sens? reps? attys? lt col gen messrs govs? adm rev maj sgt cpl pvt capt ste? ave
    pres lieut hon brig co?mdr pfc spc supts? det mt ft adj adv asst assoc ens insp mlle mme msgr sfc
    vs alex wm jos cie a\.k\.a cf treas ph invt elec natl m(?-i:[ft])g dept
    """
)
BEFORE_NUMBERS = _any("ca figs? prop nos? art bldg pp op")
WITH_A_STATE = r"(?:canada|sino|korean|eu|japan|non)-u\.s|u\.s\.-(?:u\.s\.s\.r|u\.k)"
FILE_ENDINGS = _any(
    """
    bat bmp c class cgi cpp dll doc docx exe gif gz h htm html jar java jpeg jpg mov mp3 pdf php pl png ppt ps py sql
    tar txt wav x xml zip
    """
)
# Behind an abbreviation they begin a sentence where their first letter is large.
_BEGIN = r"""
    About According Additionally After An A As At But Earlier He Her Here However If In It Last Many More Mr\. Ms\. Now
    Once One Other Our She Since So Some Such That The Their Then There These They This We When While What Yet You
    """
BEGINNINGS = "|".join(f"{word[0]}(?i:{word[1:]})" for word in _BEGIN.split())
