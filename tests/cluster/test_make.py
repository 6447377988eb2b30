"""A sweep in parts by make, one of which is killed on the way."""

import distributed

distributed.need_programs("make")
with distributed.Study() as study:
    makefile = study.room / "study.mk"
    makefile.write_text(study.submit("--emit", "make"))
    study.break_off_and_repeat(["make", "-f", makefile, "-j", "4"])
    study.check("make, a part killed")
