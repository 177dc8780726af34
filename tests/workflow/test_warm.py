"""Jobs as forks of a warm process: each begins, runs and ends as a fresh process would, with the same results."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import cast

import pandas as pd
import psutil
import pytest
from checkout import ROOT, TINY, copy_study, start
from snakemake.script import PythonScript

import cheap_jobs
from forks import Forks
from semispectral.storage.provenance import PACKAGES
from semispectral.workflow import warm as warm_module
from semispectral.workflow.rerun import Code
from semispectral.workflow.running import LOCK, RunningError, holders, require_none
from semispectral.workflow.warm import (
    IN_FRONT,
    LATE,
    OFF,
    SWITCH,
    ColdError,
    WarmJob,
    WarmProcess,
    WarmStart,
    import_ahead,
    imports_of,
    resident_mb,
    start_jobs,
    trains,
)
from semispectral.workflow.warm_process import Ended, UnfitError, Wanted, prepare, stamps

STATE = """
    import json, logging, os, signal, sys, threading
    mask = os.umask(0)
    print(json.dumps({
        "argv": sys.argv, "path": sys.path, "folder": os.getcwd(), "umask": mask,
        "environment": {name: os.environ[name] for name in sorted(os.environ) if name != "_"},
        "name": __name__, "file": __file__, "is main": sys.modules["__main__"].__dict__ is globals(),
        "its names": sorted(name for name in globals() if not name.startswith("__")),
        "threads": threading.active_count(), "handlers": len(logging.getLogger().handlers),
        "level": logging.getLogger("semispectral").level, "hook": sys.excepthook is sys.__excepthook__,
        "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)],
        "group": os.getpgid(0),
    }))
"""
BLAS = """
    import json, numpy, threadpoolctl
    print(json.dumps([library["num_threads"] for library in threadpoolctl.threadpool_info()]))
"""
SPOILS = """
    import json, os, random, warnings
    import semispectral.errors
    json.loads = semispectral.errors.SemispectralError = None
    os.environ["LEFT"] = "yes"
    os.chdir("/")
    random.seed(1)
    warnings.simplefilter("error")
"""
IS_CLEAN = """
    import json, os, random
    import semispectral.errors
    assert json.loads("1") == 1 and semispectral.errors.SemispectralError and "LEFT" not in os.environ
    print(random.random())
"""
LEAVES = """
    import atexit, threading, time
    atexit.register(print, "at the end")
    threading.Thread(target=lambda: (time.sleep(0.05), print("a thread"))).start()
    file = open("left.txt", "w")
    file.write("written")
"""
SNAKEFILE = """
    from semispectral.workflow import warm

    warm.start_jobs(workflow, scripts=str(workflow.current_basedir))

    rule one:
        output: "done.txt"
        benchmark: "one.tsv"
        script: "one.py"
"""
TIMED = ("history.parquet", ".snakemake_timestamp")  # they say when, or how long


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmProcess]:
    """A warm process that has imported little."""
    process = WarmProcess()
    yield process
    process.close()
    assert process.process.returncode == 0


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of its own."""
    monkeypatch.chdir(tmp_path)


def asked(warm: WarmProcess, text: str, *imports: str, threads: int = 1) -> WarmJob:
    """A job that waits for its beginning."""
    Path("one.py").write_text(textwrap.dedent(text), encoding="utf-8")
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    return warm.start(Wanted(["one.py"], str(Path.cwd()), environment, threads, list(imports), "one"))


def fresh(text: str, **variables: str) -> str:
    """What a script says in a process of its own."""
    Path("one.py").write_text(textwrap.dedent(text), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "one.py"], env=os.environ | variables, capture_output=True, text=True, check=True
    )
    return done.stdout


def done_by(job: WarmJob) -> Ended:
    """How a job ended; somebody knows."""
    ended = job.wait()
    assert ended is not None
    return ended


def test_a_job_begins_as_a_fresh_process(warm: WarmProcess, capfd: pytest.CaptureFixture[str]) -> None:
    """Arguments, paths, folder, environment, names, signals, logging: nothing tells them apart."""
    expected = json.loads(fresh(STATE, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"))
    assert done_by(asked(warm, STATE)).status == 0
    assert json.loads(capfd.readouterr().out) == expected


def test_libraries_take_the_threads_of_the_job(warm: WarmProcess, capfd: pytest.CaptureFixture[str]) -> None:
    """Those that were loaded with one thread take as many as in a fresh process."""
    for threads in (2, 1):
        expected = json.loads(fresh(BLAS, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads)))
        assert done_by(asked(warm, BLAS, "numpy", threads=threads)).status == 0
        assert json.loads(capfd.readouterr().out) == expected


def test_nothing_of_a_job_is_left_to_the_next(warm: WarmProcess, capfd: pytest.CaptureFixture[str]) -> None:
    """Modules, environment, folder and warnings are as before, and random numbers differ from job to job."""
    assert done_by(asked(warm, SPOILS, "semispectral.errors")).status == 0
    for _ in range(2):
        assert done_by(asked(warm, IS_CLEAN, "semispectral.errors")).status == 0
    assert len(set(capfd.readouterr().out.split())) == 2


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit", 0, ""),
        ("raise SystemExit('no such scan')", 1, "no such scan\n"),
        ("import sys; sys.stderr.write('x'); 1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("import os; os.kill(os.getpid(), 9)", -9, ""),
        ("raise KeyboardInterrupt", -2, "KeyboardInterrupt"),
    ],
)
def test_it_ends_as_python_ends(
    warm: WarmProcess, capfd: pytest.CaptureFixture[str], text: str, status: int, said: str
) -> None:
    """With the status and the words of a fresh process, whose traceback begins in the script."""
    assert done_by(asked(warm, text)).status == status
    shown = capfd.readouterr().err
    assert said in shown
    assert "warm_process" not in shown


def test_what_is_imported_ahead_is_there(warm: WarmProcess, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing runs for it; the next job finds the modules, and a module that is not there is in nobody's way."""
    is_there = "import sys; print('colorsys' in sys.modules)"
    assert done_by(asked(warm, is_there)).status == 0
    warm.import_ahead(["colorsys"])
    warm.import_ahead(["is_not_there"])
    assert done_by(asked(warm, is_there)).status == 0
    assert capfd.readouterr().out.split() == ["False", "True"]


def test_trainings_of_a_run_are_imported_for_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where a job trains, on this machine, in its own environment, and without a GPU."""
    asked_for: list[list[str]] = []
    monkeypatch.setattr(warm_module, "warm_process", lambda **_: SimpleNamespace(import_ahead=asked_for.append))
    monkeypatch.setattr(warm_module, "has_gpu", lambda: False)

    def ahead(*rules: str, elsewhere: bool = False, deployed: tuple[str, ...] = ()) -> int:
        """How often something was imported for a run of these rules."""
        asked_for.clear()
        jobs = [
            SimpleNamespace(rule=SimpleNamespace(script=rule and f"../workflow/scripts/{rule}.py")) for rule in rules
        ]
        workflow = SimpleNamespace(
            dag=SimpleNamespace(needrun_jobs=lambda: jobs),
            non_local_exec=elsewhere,
            deployment_settings=SimpleNamespace(deployment_method=deployed),
        )
        import_ahead(workflow, scripts=str(ROOT / "workflow/scripts"))
        return len(asked_for)

    assert ahead("census", "train_m1", "train_m1", "") == 1
    assert any("stage_train_m1" in name for name in asked_for[0])
    assert not any("stage_census" in name for name in asked_for[0])
    assert not ahead("census", "map", "")
    assert not ahead("train_m1", elsewhere=True)
    assert not ahead("train_m1", deployed=("conda",))
    monkeypatch.setattr(warm_module, "has_gpu", lambda: True)
    assert not ahead("train_m1")


def test_a_job_imports_nothing_to_read_a_table(warm: WarmProcess, capfd: pytest.CaptureFixture[str]) -> None:
    """Nor to know Snakemake's files; and the versions that its results name have been read."""
    pd.DataFrame({"one": [1.0]}).to_parquet("table.parquet")
    text = """
        import json, sys
        import pandas as pd
        from semispectral.storage import provenance
        before = {*sys.modules}
        known = provenance._version.cache_info().currsize
        import snakemake.io
        pd.read_parquet("table.parquet")
        print(json.dumps([known, sorted({*sys.modules} - before)]))
    """
    assert done_by(asked(warm, text, *IN_FRONT, *LATE, "semispectral.storage.parquet")).status == 0
    assert json.loads(capfd.readouterr().out) == [len(PACKAGES), []]


def test_it_finishes_what_it_has_begun(warm: WarmProcess, capfd: pytest.CaptureFixture[str]) -> None:
    """Threads are waited for, what wants to be done at the end is done, and files are written."""
    assert done_by(asked(warm, LEAVES)).status == 0
    assert capfd.readouterr().out == "a thread\nat the end\n"
    assert Path("left.txt").read_text(encoding="utf-8") == "written"


def test_the_kernel_says_what_it_used(warm: WarmProcess) -> None:
    """Memory that is held for a moment only is seen, too, and so is its time."""
    small, large = (done_by(asked(warm, f"bytearray(b'1') * ({mb} << 20)")) for mb in (1, 300))
    assert 280 < large.memory_mb - small.memory_mb < 320
    assert 0 < small.cpu_s < large.cpu_s


def test_what_is_moved_to_and_from_disks_is_counted(warm: WarmProcess, capfd: pytest.CaptureFixture[str]) -> None:
    """As the job's own counters say, which a folder in memory leaves at 0."""
    text = """
        import os
        with open("some", "wb") as file:
            file.write(bytes(8 << 20))
            file.flush()
            os.fsync(file.fileno())
        print(open("/proc/self/io").read())
    """
    ended = done_by(asked(warm, text))
    counted = dict(line.split(": ") for line in capfd.readouterr().out.splitlines() if line)
    assert ended.written_mb == pytest.approx(int(counted["write_bytes"]) / (1 << 20), abs=0.5)
    assert ended.read_mb == pytest.approx(int(counted["read_bytes"]) / (1 << 20), abs=0.5)


def test_memory_of_a_job_and_of_what_it_starts_is_added() -> None:
    """It is in none of the kernel's figures of the job; a process that is gone has none."""
    hold = "import sys; held = bytearray(b'1') * (100 << 20); print('held', flush=True); sys.stdin.read()"
    before = resident_mb(os.getpid())
    command = [sys.executable, "-c", hold]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        assert resident_mb(os.getpid()) - before > 100
        child.stdin.close()  # type: ignore[union-attr]
        child.wait()
    assert resident_mb(child.pid) == 0


def test_the_most_memory_that_was_seen_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the looks at the job with all its processes, and of the kernel's figure; the rest is the kernel's."""
    seen = iter([300.0, 200.0])
    monkeypatch.setattr(warm_module, "resident_mb", lambda pid: next(seen))

    class Job:
        """A job that is looked at twice."""

        pid = 1

        def __init__(self, memory_mb: float) -> None:
            self.ended = Ended(0, memory_mb, 0.5, 3.0, 4.0)

        def wait(self, look: Callable[[], object]) -> Ended:
            """Its end."""
            look()
            return self.ended

    for memory_mb in (100.0, 250.0):
        record = SimpleNamespace()
        warm_module.watch(cast("WarmJob", Job(memory_mb)), record, "one.py")
        assert record.max_rss == {100.0: 300.0, 250.0: 250.0}[memory_mb]
        assert (record.cpu_time, record.cpu_usage, record.io_in, record.io_out) == (0.5, 50.0, 3.0, 4.0)
        assert record.data_collected
        assert record.running_time >= 0


def test_changed_code_is_not_mixed() -> None:
    """Once a module of the package has been edited, no job starts from what was imported before."""
    before = stamps()
    edited = next(path for path in before if path.name == "warm.py")
    with pytest.raises(UnfitError, match="has been changed"):
        prepare([], before | {edited: (0, 0)})


def test_no_fork_beside_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that starts a thread when it is imported, and one that is not there, leave the job to Snakemake."""
    thread = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    (tmp_path / "starts_a_thread.py").write_text(thread, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    warm = WarmProcess()
    with pytest.raises(ColdError, match="is_not_there"):
        asked(warm, "", "is_not_there")
    with pytest.raises(ColdError, match="has started threads"):
        asked(warm, "", "starts_a_thread")
    warm.close()


def test_which_adapters_import_tensorflow() -> None:
    """Those that reach the rooms where it may be imported, and all that an adapter imports is found."""
    for adapter in (ROOT / "workflow/scripts").glob("*.py"):
        source = adapter.read_text(encoding="utf-8")
        rooms = {module.split(".")[1] for module in Code().modules_used(adapter) if module.count(".")}
        assert trains(source) == ("training" in rooms), adapter
        assert len(imports_of(source)) == source.count("from semispectral"), adapter


def test_a_job_that_is_left_over_is_named(warm: WarmProcess) -> None:
    """`make resume` says which stage is still at work, not what forked it."""
    text = "from semispectral.workflow import running; running.hold(); import time; time.sleep(9)"
    job = asked(warm, text)
    waiting = Thread(target=job.wait)
    waiting.start()
    while not (LOCK.exists() and job.pid in holders(LOCK)):
        time.sleep(0.01)
    with pytest.raises(RunningError, match=rf"process {job.pid}: one\)"):
        require_none()
    os.kill(job.pid, signal.SIGTERM)
    waiting.join()


def test_a_job_that_nobody_waits_for_does_not_begin(warm: WarmProcess) -> None:
    """Who asked has been killed before the job began."""
    job = asked(warm, "open('begun', 'w')")
    process = psutil.Process(job.pid)
    job.close()
    process.wait(10)
    assert not Path("begun").exists()


def test_a_killed_warm_process_takes_no_job_with_it() -> None:
    """The next is refused at once, the job ends well, and who has lost sight of a job waits for its end."""
    warm = WarmProcess()
    watched, lost = (asked(warm, "import os, time; time.sleep(0.3); open(str(os.getpid()), 'w')") for _ in range(2))
    warm.process.kill()
    warm.process.wait()
    psutil.Process(lost.pid).parent().kill()  # type: ignore[union-attr]
    with pytest.raises(ColdError):
        warm.start(Wanted(["one.py"], str(Path.cwd()), {}, 1, [], "one"))
    assert done_by(watched).status == 0
    assert lost.wait() is None
    assert all(Path(str(job.pid)).exists() for job in (watched, lost))
    warm.close()


def script_of(rule: str, **given: object) -> SimpleNamespace:
    """What is looked at of Snakemake's object of a rule's script."""
    path = ROOT / f"workflow/scripts/{rule}.py"
    known = {"is_local": True, "local_path": str(path), "source": path.read_text(encoding="utf-8")}
    return SimpleNamespace(**{"container_img": None, "conda_env": None, "env_modules": None} | known | given)


def test_what_starts_warm(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Our adapters on this machine, without an environment or an image; trainings where there is no GPU."""
    start_of = partial(WarmStart, ROOT / "workflow/scripts", fresh=lambda *_: None)
    here = start_of(is_local=lambda: True)
    monkeypatch.setattr(warm_module, "has_gpu", lambda: False)
    assert here.takes(script_of("census"))
    assert here.takes(script_of("train_m1"))
    assert not here.takes(script_of("census", local_path=str(ROOT / "elsewhere/census.py")))
    assert not here.takes(script_of("census", is_local=False))
    assert not start_of(is_local=lambda: False).takes(script_of("census"))
    for own in ({"container_img": "a.sif"}, {"conda_env": "env"}, {"env_modules": ["python"]}):
        assert not here.takes(script_of("census", **own))
    assert caplog.text.count("processes of their own") == 1
    monkeypatch.setattr(warm_module, "has_gpu", lambda: True)
    assert here.takes(script_of("census"))
    assert not here.takes(script_of("train_m1"))


def test_where_snakemake_starts_all_itself(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """With the switch off, on another system, and with a Snakemake that starts scripts in another way."""

    def other(self: object, command: str) -> None: ...

    fresh = PythonScript.execute_script
    for name, value in (("os.environ", {SWITCH: OFF}), ("sys.platform", "darwin"), (None, None)):
        with monkeypatch.context() as patched:
            if name:
                patched.setattr(name, value)
            else:
                fresh = other
                patched.setattr(PythonScript, "execute_script", other)
            start_jobs(None, scripts=".")
            assert PythonScript.execute_script is fresh
    assert caplog.text.count("in another way") == 1


def run_one(forks: Forks, text: str) -> tuple[int, str]:
    """Run one job in Snakemake."""
    Path("Snakefile").write_text(textwrap.dedent(SNAKEFILE), encoding="utf-8")
    Path("one.py").write_text(textwrap.dedent(text), encoding="utf-8")
    return forks.call(Path.cwd(), "--cores", "1", "done.txt")


@pytest.mark.slow
def test_a_job_of_snakemake_is_a_fork_and_is_measured(forks: Forks) -> None:
    """It has what Snakemake gives to a script, and the table of its resources has memory and time."""
    work = "import os, time\nwhile time.process_time() < 0.1: pass\n"
    text = work + "open(snakemake.output[0], 'w').write(open(f'/proc/{os.getpid()}/cmdline').read())"
    status, said = run_one(forks, text)
    assert status == 0, said
    assert cheap_jobs.__name__ in Path("done.txt").read_text(encoding="utf-8")
    head, row = (line.split("\t") for line in Path("one.tsv").read_text(encoding="utf-8").splitlines())
    measured = dict(zip(head, row, strict=True))
    assert float(measured["max_rss"]) > 20
    assert float(measured["cpu_time"]) >= 0.09
    assert float(measured["mean_load"]) > 0
    assert float(measured["s"]) > 0.09


@pytest.mark.slow
def test_a_killed_job_has_failed(forks: Forks) -> None:
    """What ends for want of memory is ended by a signal, and Snakemake names it."""
    status, said = run_one(forks, "import os; os.kill(os.getpid(), 9)")
    assert status == 1
    assert "died with <Signals.SIGKILL: 9>" in said
    assert "processes of their own" not in said


def living(folder: Path) -> list[psutil.Process]:
    """The other processes that are at work in a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "all_of_it", "finishes"),
    [(signal.SIGINT, True, False), (signal.SIGTERM, False, True), (signal.SIGKILL, False, True)],
)
def test_nothing_is_left_of_a_run_that_was_ended(
    tmp_path: Path, number: signal.Signals, all_of_it: bool, finishes: bool
) -> None:
    """Ctrl-C ends the job; a signal to Snakemake alone lets it finish; then no process is left."""
    Path("Snakefile").write_text(textwrap.dedent(SNAKEFILE), encoding="utf-8")
    job = "import time; open('begun', 'w'); time.sleep(1); open('finished', 'w'); open('done.txt', 'w')"
    Path("one.py").write_text(job, encoding="utf-8")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background ignore it
    process = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--quiet", "all", "--cores", "1", "done.txt"], start_new_session=True
    )
    signal.signal(signal.SIGINT, before)
    while not Path("begun").exists() and process.poll() is None:
        time.sleep(0.02)
    (os.killpg if all_of_it else os.kill)(process.pid, number)
    process.wait()
    psutil.wait_procs(living(tmp_path), timeout=10)
    assert living(tmp_path) == []
    assert Path("finished").exists() == finishes


@pytest.mark.slow
def test_results_are_those_of_fresh_processes(
    finished_study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fit, absorption features on two threads and a training are the same bytes."""
    copy_study(finished_study, tmp_path / "study")
    results = tmp_path / "study/results"
    made = [*results.glob("svm/bands/5/1/*.*"), *results.glob("features/DH1_1/*.*"), *results.glob("m2/bands/5/1/*.*")]
    compared = {path: path.read_bytes() for path in made if path.name not in TIMED}
    assert len(compared) > 6
    shutil.rmtree(results / "checkpoints")  # or the training would go on from its end
    begun = time.time_ns()
    monkeypatch.setenv(SWITCH, OFF)
    rules = ("train_svm", "train_m2", "features")
    targets = ("svm/bands/5/1", "m2/bands/5/1", "features/DH1_1/features.tif")
    arguments = ("--configfile", TINY, "--forcerun", *rules, "--", *(f"results/{target}" for target in targets))
    assert start(tmp_path / "study", *arguments).wait() == 0
    assert all(path.stat().st_mtime_ns > begun for path in compared)
    assert [path for path, content in compared.items() if path.read_bytes() != content] == []
