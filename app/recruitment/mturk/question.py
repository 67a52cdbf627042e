"""The question by which MTurk shows a study in a frame; pure."""

from xml.sax.saxutils import escape

SCHEMA = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd"


def external_question(address: str) -> str:
    """The question that shows an address in a frame as high as the window (frame height 0)."""
    return (
        f'<ExternalQuestion xmlns="{SCHEMA}"><ExternalURL>{escape(address)}</ExternalURL>'
        "<FrameHeight>0</FrameHeight></ExternalQuestion>"
    )
