"""Looks at all there is, and checks it."""
import math


class Policy:
    def __init__(self, params):
        self.number = params.number("number", 1.5, min=1, max=2, doc="a number")
        self.pause = params.number("pause", 0.5, unit="s")
        self.whole = params.number("whole", 3, integer=True)
        self.flag = params.flag("flag", True, doc="a flag")
        self.text = params.text("text", "so", doc="a text")
        self.path, self.content = params.file("file", doc="a file")
        if params.seed % 2 == 2 or not isinstance(self.whole, int):
            raise AssertionError
        if self.content.strip() == "bad":
            params.reject("file", "holds nothing good")
        if self.pause not in (0.5, 0.02):
            raise AssertionError
        self.begun = False

    def begin(self, view):
        self.begun = True
        assert view.now == 0 and not view.events and not view.ready
        assert [k.name for k in view.kinds] == ["big", "small"]
        assert [a.name for a in view.accelerators] == ["gpu", "dla"]
        assert view.kinds[0].points[0].active_power == 3 and view.kinds[0].max_batch == 1
        model = view.models[0]
        assert model.name == "net" and len(model.tasks) == 3 and [t.name for t in model.tasks] == ["a", "b", "c"]
        assert model.tasks[-1].index == 2 and model.tasks[0].inputs == ()
        assert abs(view.alone_time(model.tasks[0], 1) - 2e-3) < 1e-12
        assert view.alone_time(model.tasks[2], 1) == math.inf
        assert view.cost_at(model.tasks[0], kind=1, point=0).energy == 1e-3
        assert view.alone_energy_at(model.tasks[0], view.accelerators[0], 0) == 3e-3
        assert view.streams[0].name == "camera" and view.streams[0].period == 5e-3
        assert view.accelerators[0].last_model is None
        assert not hasattr(view, "costs") and not hasattr(view.kinds[0], "first_column")
        for wrong in (lambda: model.tasks[3], lambda: view.requests[10**6], lambda: view.cost_at(model.tasks[0], 2, 0)):
            try:
                wrong()
            except IndexError:
                continue
            raise AssertionError

    def decide(self, view, decisions):
        assert self.begun
        for event in view.events:
            if event.type == "task_ready":
                assert event.task in view.ready and view.state(event.task).progress == "ready"
        assert [view.requests[place].id for place in view.live] == sorted(view.requests[place].id for place in view.live)
        for task in view.ready:
            request = view.request(task)
            assert request.live and request.place == task.request and request.arrival <= view.now
            assert view.model_task(task).index == task.task and hash(task) == hash(type(task)(task.request, task.task))
            assert len(request.tasks) == 3 and request.tasks[task.task].accelerator is None
            for a in view.accelerators:
                assert view.can_start(task, a) == view.can_start(task, a.index)
                if view.can_start(task, a):
                    assert view.run_time(task, a) == view.overhead(task, a) + view.transfer_time(task, a) + view.cost(task, a).time
                    decisions.start_batch([task], a)
                    decisions.forecast(task.request, view.now + view.run_time(task, a))
                    return
