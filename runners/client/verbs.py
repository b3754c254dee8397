"""The verbs that speak to a site: name -> (where its command is, "module:name"; what it does, in a line)."""

CLIENT: dict[str, tuple[str, str]] = {
    "login": ("runners.client.login:login", "Keep a site's address and your token for it."),
    "logout": ("runners.client.login:logout", "Forget the token of a site."),
    "tasks": ("runners.client.reading:tasks", "List the boards of a site."),
    "board": ("runners.client.reading:board", "Show a board: ranks, scores, costs."),
    "submit": ("runners.client.submitting:submit", "Send a method: a file, a folder or a zip."),
    "status": ("runners.client.following:status", "Say how a run is doing; --follow stays until it has ended."),
    "logs": ("runners.client.reading:logs", "Print the log of a run."),
    "download": ("runners.client.reading:download", "Fetch the code and the results of a run."),
    "cancel": ("runners.client.changing:cancel", "End a run of your own."),
    "rerun": ("runners.client.changing:rerun", "Run a submission of your own again."),
}
