"""Attributes in their scopes: what is required, refused, more or less."""

from __future__ import annotations

import pytest
from notation import expected, said

CASES = {
    "one and several attributes": """
        navy => require color:navy
        a plain white tee => require pattern:solid; require color:white; require category:t-shirt
        floral maxi dress with pockets => require pattern:floral; require length:maxi; require category:dress; require details:pockets
        is black and white => require color:black; require color:white
        blue with white sleeves => require color:blue; require color:white
        black shoes with blue details => require color:black; require category:shoes; require color:blue
        dark blue => require color:dark; require color:blue
        light blue => require color:light blue
        light pink => require color:light; require color:pink
        a denim jacket => require category:jacket; require material:denim
        a v-neck jumper in grey wool => require neckline:v-neck; require category:sweater; require color:grey; require material:wool
        knee length and strapless => require length:knee; require neckline:strapless
        is a button down shirt with a chest pocket => require category:shirt; require details:buttons; require details:pockets
        a slim black belt => require fit:slim; require color:black; require category:belt
        a dress with a belt => require category:dress; require details:belt
        red text on a white tee => require color:red; require details:text; require color:white; require category:t-shirt
        the item is green => require color:green
        the shirt is green => require category:shirt; require color:green
        The shirt is a tank top => require category:tank top
        a printed blouse => require pattern:patterned; require category:blouse
        a floral pattern => require pattern:floral
        with a print => require pattern:graphic
        has a penguin on it => require pattern:graphic
        a kurta with embroidery => require category:kurta; require details:embroidery
        jeans with a high waist => require category:jeans
        a lightweight scarf => require category:scarf
    """,
    "negation and its scope": """
        no stripes => exclude pattern:striped
        isn't striped => exclude pattern:striped
        not checked, something plain => exclude pattern:checked; require pattern:solid
        no prints, solid please => require pattern:solid
        not red, something blue => exclude color:red; require color:blue
        not checked or plain => exclude pattern:checked; exclude pattern:solid
        no stripes or dots but keep the belt => exclude pattern:striped; exclude pattern:polka dot; require details:belt
        without a hood => exclude details:hood
        without pockets or a hood => exclude details:pockets; exclude details:hood
        doesn't have buttons => exclude details:buttons
        doesnt have buttons => exclude details:buttons
        is white and does not have stripes => require color:white; exclude pattern:striped
        non transparent => exclude material:sheer
        nothing blue => exclude color:blue
        anything but black => exclude color:black
        any colour but red => exclude color:red
        neither black nor white => exclude color:black; exclude color:white
        has no sleeves and is light pink => require sleeve_length:sleeveless; require color:light; require color:pink
        no sleeves and a darker color => require sleeve_length:sleeveless; more color:dark
        a no sleeve gray shirt => require sleeve_length:sleeveless; require color:grey; require category:shirt
        without patterns => require pattern:solid
        no pattern and no sleeves => require pattern:solid; require sleeve_length:sleeveless
        no floral dresses => exclude pattern:floral
        a red shirt, not striped => require color:red; require category:shirt; exclude pattern:striped
        blue and not red => require color:blue; exclude color:red
        no hood, but pockets => exclude details:hood; require details:pockets
        not strapless => exclude neckline:strapless
        not sleeveless => exclude sleeve_length:sleeveless
        has sleeves => exclude sleeve_length:sleeveless
        collarless => exclude neckline:collar
        I hate polka dots => exclude pattern:polka dot
        not a fan of florals => exclude pattern:floral
        lose the belt, add a hood => exclude details:belt; require details:hood
        all black except no logo => require color:black; exclude details:logo
        I don't want a dress, show me skirts => exclude category:dress; require category:skirt
        not only red => require color:red
        no patterns or sleeves => require pattern:solid; require sleeve_length:sleeveless
        not without pockets => require details:pockets
    """,
    "in place of": """
        red instead of blue => require color:red; exclude color:blue
        instead of stripes, dots => exclude pattern:striped; require pattern:polka dot
        dots rather than stripes => require pattern:polka dot; exclude pattern:striped
        rather blue than green => require color:blue; exclude color:green
        long sleeves instead of short => require sleeve_length:long; exclude sleeve_length:short
        swap the stripes for dots => exclude pattern:striped; require pattern:polka dot
        replace the buttons with a zipper => exclude details:buttons; require details:zipper
        in red instead => require color:red
    """,
    "more and less": """
        darker => more color:dark
        lighter and brighter => more color:light; more color:bright
        a bit longer => more length:length
        much shorter => less length:length
        shorter sleeves => less sleeve_length:length
        has longer and looser sleeves => more sleeve_length:length; more fit:loose
        the sleeves are longer => more sleeve_length:length
        longer dress with shorter sleeves => more length:length; require category:dress; less sleeve_length:length
        Has shorter sleeves and a black dress => less sleeve_length:length; require color:black; require category:dress
        tighter => more fit:slim
        is less revealing => less style:revealing
        more buttons => more details:buttons
        fewer ruffles => less details:ruffle
        less striped => less pattern:striped
        more colorful => more color:colorful
        bluer => more color:blue
        is more blue and less red => more color:blue; less color:red
        a darker blue => more color:dark; require color:blue
        is more fitted and pink => more fit:slim; require color:pink
        is more fitted and chic => more fit:slim; more style:elegant
        is less pink and longer => less color:pink; more length:length
        less revealing and solid black => less style:revealing; require pattern:solid; require color:black
        less red text => require color:red; less details:text
        not too short => more length:length
        not too long => less length:length
        not too formal => less style:formal
        it's too dark => less color:dark
        is not as bright => less color:bright
        lower neckline => more neckline:low
        fancier => more style:elegant
        shinier with thinner straps => more material:shiny; more details:spaghetti straps
        shorter but not too short => less length:length
        a larger logo => more details:logo
        a bigger bow => require details:bow
    """,
    "alternatives and leanings": """
        black or navy => require color:black|1; require color:navy|1
        black, navy or grey dress => require color:black|1; require color:navy|1; require color:grey|1; require category:dress
        a dress or a jumpsuit in red => require category:dress|1; require category:jumpsuit|1; require color:red
        short or no sleeves => require sleeve_length:short|1; require sleeve_length:sleeveless|1
        white or dark blue => require color:white|1; require color:blue|1; prefer color:dark
        no black or white => exclude color:black; exclude color:white
        ideally cotton => prefer material:cotton
        a dress, pockets would be nice => require category:dress; prefer details:pockets
    """,
    "what is only matched is not wanted": """
        a top to wear with black jeans => require category:top
        something that goes with a blue skirt =>
    """,
    "spelling and slang": """
        stripey tshrit => require pattern:striped; require category:t-shirt
        turtel neck swetter in burgandy => require neckline:turtleneck; require category:sweater; require color:burgundy
        a strapped top in plaid => require details:straps; require category:top; require pattern:checked
        sleevless => require sleeve_length:sleeveless
        something with flowers => require pattern:floral
    """,
}
ROWS = [
    (group, *line.split("=>"))
    for group, lines in CASES.items()
    for line in lines.strip().splitlines()
]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(text.strip(), wanted) for _, text, wanted in ROWS],
    ids=[f"{group}: {text.strip()}" for group, text, _ in ROWS],
)
def test_reads(text: str, wanted: str) -> None:
    assert said(text) == expected(wanted)


@pytest.mark.parametrize(
    "word", ["write", "speaker", "things", "green house", "weather", "planet", "stranger", "please"]
)
def test_english_words_are_not_bent(word: str) -> None:
    assert said(f"tell me about the {word}") <= {"require color:green", "require pattern:graphic"}


def test_degrees_weigh() -> None:
    from agent.language import read

    little, plain, much = (
        read(text).constraints[0].weight for text in ("a bit longer", "longer", "much longer")
    )
    assert little < plain < much


def test_a_mended_word_is_less_certain() -> None:
    from agent.language import read

    assert (
        read("stirped").constraints[0].confidence
        <= read("striped").constraints[0].confidence
        == 1.0
    )
