from workers.sandbox import plan as plans
from workers.sandbox.plan import Plan, Wall, bubblewrap


def test_an_interpreter_below_tmp_is_put_back_into_the_sandboxes_own(monkeypatch, tmp_path):
    monkeypatch.setattr(plans, "interpreter_folders", lambda: [str(tmp_path)])
    plan = Plan(
        wall=Wall.BUBBLEWRAP,
        python="python3",
        code={},
        runs="/runs",
        links="/links",
        temporary="/scratch",
        uid=None,
        cuda=False,
        preload=(),
        control_fd=3,
    )
    line = bubblewrap(plan, ["true"])
    emptied = next(i for i, word in enumerate(line) if line[i : i + 2] == ["--tmpfs", "/tmp"])
    assert line.index(str(tmp_path)) > emptied
