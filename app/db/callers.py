"""Who calls: the one join by which every call of a page is known, as part of larger statements too."""

from sqlalchemy import and_, bindparam, select

from app.db.tables import Participant, Study, StudyLink

Caller = tuple[Study, StudyLink, Participant | None]
# The study that the link `code` leads into, the link, and who holds the token there (or None).
VISIT = (
    select(Study, StudyLink, Participant)
    .join_from(StudyLink, Study)
    .outerjoin(
        Participant,
        and_(
            Participant.token_sha256 == bindparam("token_sha256"),
            Participant.study_id == StudyLink.study_id,
            Participant.audience == StudyLink.audience,
        ),
    )
    .where(StudyLink.code == bindparam("code"))
)
