"""Papers as PDF. The library is loaded by the first one that is printed: most processes never print."""

from tiji.shared.papers import Paper

PDF_TYPE = "application/pdf"


def pdf_of(paper: Paper) -> bytes:
    """The paper as a PDF file; the same paper gives the same bytes.

    Raises: FileNotFoundError when set-up has not fetched the fonts.
    """
    from tiji.shared.pdf_drawing import drawn

    return drawn(paper)
