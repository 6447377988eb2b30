"""A sweep in parts by GNU parallel, one of which is killed on the way."""

import subprocess

import distributed

distributed.need_programs("parallel")
distributed.need("" if "GNU parallel" in subprocess.run(["parallel", "--version"], capture_output=True, text=True).stdout
                 else "parallel is another program than GNU's")
with distributed.Study() as study:
    script = study.room / "run.sh"
    script.write_text(study.submit("--emit", "parallel"))
    study.break_off_and_repeat(["bash", script, "-j", "4"])
    study.check("GNU parallel, a part killed")
