"""A register on a majority (Attiya, Bar-Noy and Dolev 1995), for Whitewater: one event a line in, one answer a line out.

Whoever is asked asks all others for what they hold, takes the newest of a majority, and makes a majority hold it, or the new
value, before it answers: also for a read, or the next one may find the older value again.
"""
import json
import sys

AGAIN = {"kind": "setTimer", "timer": "again", "after": ["40ms", "80ms"]}


class Replica:
    def __init__(self, node, servers, settings, durable):
        self.node, self.others, self.bug = node, [n for n in range(servers) if n != node], settings["bug"]
        self.majority = servers // 2 + 1
        kept = durable or {"tag": [0, 0, 0], "value": None, "starts": 0, "chosen": {}}
        self.tag, self.value, self.starts = kept["tag"], kept["value"], kept["starts"] + 1
        # Of each client, under which tag its last write goes: one that is asked for again is the same write.
        self.chosen = kept["chosen"]
        # What is being done for clients, one thing a client: {"id", "sequence", "operation", "phase", "heard", "tag", "value"}.
        self.open = {}
        # Of each client the last answer since the start.
        self.answers = {}

    def keep(self):
        return {"kind": "save", "kept": {"tag": self.tag, "value": self.value, "starts": self.starts, "chosen": self.chosen}}

    def start(self):
        return [self.keep(), AGAIN]

    def hold(self, tag, value):
        """The newer of the two; on the disk before anybody hears of it."""
        if tag <= self.tag:
            return []
        self.tag, self.value = tag, value
        return [self.keep()]

    def ask(self, job):
        """What a phase asks of those that have not answered in it."""
        message = {"kind": "read", "id": job["id"]} if job["phase"] == "read" else {
            "kind": "write", "id": job["id"], "tag": job["tag"], "value": job["value"]}
        return [{"kind": "send", "to": n, "message": message} for n in self.others if n not in job["heard"]]

    def request(self, client, sequence, operation):
        job = self.open.get(client)
        if job is not None and job["sequence"] >= sequence:
            return []
        answer, chosen = self.answers.get(client), self.chosen.get(str(client))
        if answer is not None and answer["sequence"] == sequence:
            return [{"kind": "send", "to": client, "message": answer}]
        # A late copy of what was answered or given up long ago, perhaps before a crash.
        if max(answer["sequence"] if answer else 0, chosen["sequence"] if chosen else 0) > sequence:
            return []
        job = {"id": [self.starts, client, sequence], "sequence": sequence, "operation": operation,
               "phase": "read", "heard": [self.node], "tag": self.tag, "value": self.value}
        self.open[client] = job
        if chosen is not None and chosen["sequence"] == sequence:
            job["phase"], job["tag"], job["value"] = "write", chosen["tag"], operation.get("value")
        return self.next(client, job)

    def next(self, client, job):
        """Goes on to the next phase when a majority has answered in this one."""
        if len(job["heard"]) < self.majority:
            return self.ask(job)
        is_read = job["operation"]["op"] == "read"
        if job["phase"] == "read" and not (is_read and self.bug == "readsOnce"):
            if not is_read:
                job["tag"], job["value"] = [job["tag"][0] + 1, client, job["sequence"]], job["operation"].get("value")
                self.chosen = {**self.chosen, str(client): {"sequence": job["sequence"], "tag": job["tag"]}}
            job["phase"], job["heard"] = "write", [self.node]
            self.hold(job["tag"], job["value"])
            return [self.keep()] + self.next(client, job)
        del self.open[client]
        reply = {"value": job["value"]} if is_read else {}
        self.answers[client] = {"kind": "response", "sequence": job["sequence"], "reply": reply}
        return [{"kind": "send", "to": client, "message": self.answers[client]}]

    def heard(self, node, phase, id, tag=None, value=None):
        for client, job in list(self.open.items()):
            if job["id"] != id or job["phase"] != phase or node in job["heard"]:
                continue
            job["heard"].append(node)
            if phase == "read" and tag > job["tag"]:
                job["tag"], job["value"] = tag, value
            if len(job["heard"]) >= self.majority:
                return self.next(client, job)
        return []

    def message(self, node, message):
        kind = message["kind"]
        if kind == "request":
            return self.request(node, message["sequence"], message["operation"])
        if kind == "read":
            return [{"kind": "send", "to": node, "message": {"kind": "held", "id": message["id"], "tag": self.tag, "value": self.value}}]
        if kind == "held":
            return self.heard(node, "read", message["id"], message["tag"], message["value"])
        if kind == "write":
            kept = [] if self.bug == "losesWrites" else self.hold(message["tag"], message["value"])
            return kept + [{"kind": "send", "to": node, "message": {"kind": "written", "id": message["id"]}}]
        if kind == "written":
            return self.heard(node, "write", message["id"])
        return []

    def timer(self):
        return [effect for job in self.open.values() for effect in self.ask(job)] + [AGAIN]

    def state(self):
        return {"tag": self.tag, "value": self.value, "starts": self.starts, "chosen": self.chosen, "open": self.open, "answers": self.answers}


replica = None
for line in sys.stdin:
    event = json.loads(line)
    if event["kind"] == "start":
        replica = Replica(event["node"], event["servers"], event["settings"], event["durable"])
        effects = replica.start()
    elif event["kind"] == "message":
        effects = replica.message(event["from"], event["message"])
    else:
        effects = replica.timer()
    print(json.dumps({"state": replica.state(), "effects": effects}), flush=True)
