"""The small words that tell what a sentence says of a thing: a closed list, so that what is not here proves nothing."""

from pictus.scene.names import NUMBER_WORDS


def words(text: str) -> frozenset[str]:
    """Make a set of the words of a text."""
    return frozenset(text.split())


NUMBERS = {**NUMBER_WORDS, **{str(number): number for number in range(1, 100)}}
ARTICLES = words("a an the this that these those his her its their my your our another each every")
QUANTIFIERS = words("some several many multiple numerous few various both all any no")
SEVERAL = words("several many multiple numerous various")
DETERMINERS = ARTICLES | QUANTIFIERS | frozenset(NUMBERS)
PREPOSITIONS = words(
    """of in on at with by from near beside behind between among under over above below beneath underneath inside
    outside into onto along across around through toward towards against beyond past next alongside atop within
    opposite and including containing holding wearing carrying riding walking watching using"""
)
AUXILIARIES = words(
    """is are was were be been being has have had does do did can will seems seem appears appear looks look stands
    stand sits sit lies lie hangs hang rests rest waits wait walks walk runs run plays play rides ride holds
    hold wears wear eats eat sleeps sleep watches watch faces face flies fly moves move follows follow carries
    carry drives drive leans lean grazes graze swims swim drinks drink jumps jump travels travel takes take goes
    go comes come gets get enjoys enjoy shows show occupies occupy fills fill covers cover"""
)
LINKS = words(
    """that which who whose and or but while as so because where when then there here to it he she they too also
    visible present parked placed located positioned situated shown seen nearby together alone slightly just
    directly right left up down off out away back ahead"""
)
# What may follow a thing that is named; any other word after it makes a compound of the two: a bus driver, a dog park.
FOLLOWERS = DETERMINERS | PREPOSITIONS | AUXILIARIES | LINKS | frozenset([",", "not", "no", "for", "than", "about"])
# Where a noun phrase cannot reach across.
BORDERS = (
    PREPOSITIONS
    | AUXILIARIES
    | words("that which who whose but while as so because where when then there to it he she they or for")
    | frozenset([",", "not", "than", "about", "like"])
)
# After these words a sentence no longer says what is there, but what may be, what often is, or what is not.
UNSURE = words(
    """if might may maybe perhaps could would should likely unlikely possibly probably presumably often usually
    typically generally commonly sometimes normally ideally such like unlike resemble resembles similar suppose
    supposing imagine instead rather potential potentially suggest suggests suggesting imply implies indicate
    indicates think guess wonder or either whether unless until when whenever lets let allow allows allowing
    used use uses designed meant intended purpose help helps must need needs e.g example opportunity ensure
    ensures able order future expect expected ever can't want wants plan plans try tries trying hope hopes want
    ready preparing prepare prepares another's reminiscent seem seems appear appears
    appearing than known called named"""
)
# After these words the talk is of a picture of a thing, not of the thing.
DEPICTED = words(
    """painting paintings drawing drawings drawn poster posters logo logos statue statues toy toys printed print
    prints cartoon mural murals figurine figurines sculpture sculptures stuffed plush shaped decorated pattern
    costume sticker stickers screen sign sticker reflection shadow theme themed word words letters
    labelled labeled says saying photograph illustration depicts depicting depicted video movie book's
    advertisement ad display displays shape shapes form"""
)
PICTURE = words("picture image photo photograph scene frame view")
NEGATIONS = words(
    """no not without never neither nor none nobody nothing absent missing lack lacks lacking isn't aren't wasn't
    weren't doesn't don't didn't can't cannot couldn't hasn't haven't won't hardly barely"""
)
UNREAL = words(
    """toy stuffed fake painted inflatable ceramic plastic rubber cartoon model imaginary paper wooden
    plush rocking gummy virtual miniature lego origami guinea"""
)
OTHERS = words("other more additional another extra further")
# After one of these stands one thing, so that a word in -s behind it is a verb: "a horse pulls".
SINGULAR = words("a an one this that each every another his her its their")
EVERYWHERE = words(
    """in the this a picture image photo photograph scene total all altogether here visible shown present seen to
    be see can could you i we it there is are do does have has show contain any at"""
)
