"""Every address of the site."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, reverse_lazy

from leaderboard.admin.queues import queues_page
from leaderboard.admin.workers import workers_page
from leaderboard.api.endpoints import api
from leaderboard.submitting.rates import limit_passwords
from leaderboard.views import (
    accounts,
    boards,
    citing,
    comments,
    comparing,
    discovery,
    exports,
    home,
    machine,
    notices,
    papers,
    submissions,
)

handler400 = "leaderboard.views.errors.unreadable"
handler403 = "leaderboard.submitting.rates.refuse"
handler404 = "leaderboard.views.errors.missing"

change_password = limit_passwords(
    auth.PasswordChangeView.as_view(template_name="account_password.html", success_url=reverse_lazy("account"))
)

urlpatterns = [
    path("", home.home, name="home"),
    path("tasks/", home.tasks, name="tasks"),
    path("tasks/<slug:slug>/", boards.task, name="task"),
    path("tasks/<slug:slug>/claims/", boards.claims_tab, name="task_claims"),
    path("tasks/<slug:slug>/claims/reply/", comments.write, name="comment"),
    path("tasks/<slug:slug>/protocol/", boards.protocol_tab, name="task_protocol"),
    path("tasks/<slug:slug>/manual/", boards.manual_page, name="task_manual"),
    path("tasks/<slug:slug>/board.csv", exports.board_csv, name="board_csv"),
    path("tasks/<slug:slug>/board.atom", discovery.board_feed, name="board_feed"),
    path("tasks/<slug:slug>/scores.csv", exports.scores_csv, name="scores_csv"),
    path("tasks/<slug:slug>/scores.json", exports.scores_json, name="scores_json"),
    path("tasks/<slug:slug>/plays.parquet", exports.plays_parquet, name="plays_parquet"),
    path("tasks/<slug:slug>/compare/", comparing.side_by_side, name="compare"),
    path("tasks/<slug:slug>/compare/scores.csv", comparing.scores_csv, name="compare_csv"),
    path("tasks/<slug:slug>/starter.py", boards.starter, name="starter"),
    path("tasks/<slug:slug>/starter.ipynb", boards.notebook, name="notebook"),
    path("artefacts/<int:pk>.json", exports.artefact, name="artefact"),
    path("tasks/<slug:slug>/submit/", submissions.submit, name="submit"),
    path("tasks/<slug:slug>/rerun-stale/", submissions.rerun_stale, name="rerun_stale"),
    path("claims/", papers.claims_page, name="claims"),
    path("papers/<slug:slug>/", papers.paper, name="paper"),
    path("papers/<slug:slug>/badge.svg", citing.verdict_badge, name="paper_badge"),
    path("authors/<str:name>/", papers.author, name="author"),
    path("search/", papers.search_page, name="search"),
    path("about/", papers.about, name="about"),
    path("about/statistics/", papers.statistics, name="statistics"),
    path("submissions/", submissions.own_submissions, name="submissions"),
    path("submissions/<int:pk>/", submissions.detail, name="submission"),
    path("submissions/<int:pk>/badge.svg", citing.badge, name="submission_badge"),
    path("submissions/<int:pk>/code/", submissions.code, name="submission_code"),
    path("submissions/<int:pk>/rerun/", submissions.run_again, name="submission_rerun"),
    path("submissions/<int:pk>/edit/", submissions.edit, name="submission_edit"),
    path("submissions/<int:pk>/withdraw/", submissions.withdrawal, name="submission_withdraw"),
    path("runs/<int:pk>/live/", submissions.live, name="run_live"),
    path("runs/<int:pk>/cancel/", submissions.stop, name="run_cancel"),
    path("runs/<int:pk>/provenance.json", submissions.provenance, name="run_provenance"),
    path("accounts/signup/", accounts.sign_up, name="signup"),
    path("accounts/login/", accounts.sign_in, name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/", accounts.account, name="account"),
    path("accounts/name/", accounts.choose_name, name="account_name"),
    path("accounts/password/", change_password, name="change_password"),
    path("accounts/password/reset/", accounts.reset_password, name="account_reset_password"),
    path("accounts/email/", accounts.email, name="account_email"),
    path("accounts/notices/", notices.choose, name="notices"),
    path("feeds/<str:token>/runs.atom", notices.feed, name="feed"),
    path("accounts/delete/", accounts.delete, name="account_delete"),
    path("accounts/tokens/", accounts.tokens, name="tokens"),
    path("accounts/tokens/<int:pk>/revoke/", accounts.revoke, name="token_revoke"),
    path("accounts/", include("allauth.urls")),  # what stands above takes the place of what it has
    path("attempts/<str:token>/", machine.attempt, name="attempt"),
    path("bundles/<str:token>/", machine.bundle, name="bundle"),
    path("healthz", machine.healthz, name="healthz"),
    path("readyz", machine.readyz, name="readyz"),
    path("metrics", machine.metrics, name="metrics"),
    path("robots.txt", machine.robots, name="robots"),
    path("sitemap.xml", sitemap, {"sitemaps": {"pages": discovery.Pages}}, name="sitemap"),
    path("favicon.ico", discovery.Icon.as_view(), name="icon"),
    path("api/", api.urls),
    path("admin/queues/", admin.site.admin_view(queues_page), name="admin_queues"),
    path("admin/workers/", admin.site.admin_view(workers_page), name="admin_workers"),
    path("admin/", admin.site.urls),
]
