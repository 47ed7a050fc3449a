"""Documents for paper: ``blocks`` say what stands on a page, ``document.render`` makes the PDF."""
