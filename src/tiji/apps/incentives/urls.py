"""Addresses of the incentives room."""

from django.urls import path

from tiji.apps.incentives.views import closing, facts, plans, quotas, runs, statement_files, statements

urlpatterns = [
    path("pay/", statements.payouts, name="payouts"),
    path("pay/mine/", statements.statements, name="statements"),
    path("pay/run/", runs.pay_run, name="pay_run"),
    path("pay/run/<int:pk>/", runs.pay_run_asked, name="pay_run_asked"),
    path("pay/run/<int:pk>/cancel/", runs.pay_run_cancel, name="pay_run_cancel"),
    path("pay/run/<int:pk>/here/", runs.pay_run_here, name="pay_run_here"),
    path("pay/runs/<int:pk>/submit/", closing.pay_submit, name="pay_submit"),
    path("pay/runs/<int:pk>/approve/", closing.pay_approve, name="pay_approve"),
    path("pay/runs/<int:pk>/post/", closing.pay_post, name="pay_post"),
    path("pay/runs/<int:pk>/finalise/", closing.pay_finalise, name="pay_finalise"),
    path("pay/runs/<int:pk>/reopen/", closing.pay_reopen, name="pay_reopen"),
    path("pay/reopenings/<int:pk>/", closing.pay_reopen_answer, name="pay_reopen_answer"),
    path("pay/statements/<int:pk>/", statements.statement, name="statement"),
    path("pay/statements/<int:pk>/lines.csv", statements.statement_csv, name="statement_csv"),
    path("pay/statements/<int:pk>/lines/<str:key>/", statements.statement_line, name="statement_line"),
    path("pay/statements/<int:pk>/statement.pdf", statement_files.statement_pdf, name="statement_pdf"),
    path("pay/statements/<int:pk>/statement.xlsx", statement_files.statement_xlsx, name="statement_xlsx"),
    path("pay/plans/", plans.pay_plans, name="pay_plans"),
    path("pay/plans/new/", plans.pay_plan_new, name="pay_plan_new"),
    path("pay/plans/<int:pk>/", plans.pay_plan, name="pay_plan"),
    path("pay/plans/<int:pk>/version/", plans.pay_plan_version, name="pay_plan_version"),
    path("pay/plans/<int:pk>/assign/", plans.pay_plan_assign, name="pay_plan_assign"),
    path("pay/assignments/<int:pk>/end/", plans.pay_plan_end, name="pay_plan_end"),
    path("pay/facts/", facts.pay_fact_list, name="pay_fact_list"),
    path("pay/facts/new/", facts.pay_fact_new, name="pay_fact_new"),
    path("pay/facts/<int:pk>/", facts.pay_fact, name="pay_fact"),
    path("pay/quotas/", quotas.pay_quota_list, name="pay_quota_list"),
    path("pay/quotas/new/", quotas.pay_quota_new, name="pay_quota_new"),
    path("pay/quotas/from-targets/", quotas.pay_quotas, name="pay_quotas"),
    path("pay/quotas/<int:pk>/", quotas.pay_quota, name="pay_quota"),
]
