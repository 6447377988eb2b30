"""A sweep in parts by Snakemake, one of which is killed on the way."""

import distributed

# Not in .ci/run: its packages take 700 MB.
distributed.need_programs("snakemake", required=False)
with distributed.Study() as study:
    script = study.room / "Snakefile"
    script.write_text(study.submit("--emit", "snakemake"))
    study.break_off_and_repeat(["snakemake", "-s", script, "--cores", "4", "--nolock"])
    study.check("Snakemake, a part killed")
