"""Addresses of the incentives room."""

from django.urls import path
from django.utils import timezone

from tiji.apps.incentives.permissions import can_answer_inquiries
from tiji.apps.incentives.selectors.inquiries import desk
from tiji.apps.incentives.selectors.inquiries import inquiries as all_inquiries
from tiji.apps.incentives.views import (
    adjustments,
    closing,
    designer,
    estimates,
    facts,
    inquiries,
    letters,
    modelling,
    plan_files,
    plans,
    quotas,
    runs,
    statement_files,
    statements,
)
from tiji.ui.counts import Count, nav_count

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
    path("pay/people/<int:pk>/estimate/", estimates.pay_estimate, name="pay_estimate"),
    path("opportunities/<int:pk>/estimate/", estimates.opportunity_estimate, name="opportunity_estimate"),
    path("contracts/<int:pk>/estimate/", estimates.contract_estimate, name="contract_estimate"),
    path("pay/plans/", plans.pay_plans, name="pay_plans"),
    path("pay/plans/new/", designer.pay_plan_new, name="pay_plan_new"),
    path("pay/plans/preview/", designer.pay_plan_preview, name="pay_plan_preview"),
    path("pay/plans/<int:pk>/", plans.pay_plan, name="pay_plan"),
    path("pay/plans/<int:pk>/changes/", plan_files.pay_plan_changes, name="pay_plan_changes"),
    path("pay/plans/<int:pk>/v<int:number>.yaml", plan_files.pay_plan_yaml, name="pay_plan_yaml"),
    path("pay/plans/<int:pk>/version/", designer.pay_plan_version, name="pay_plan_version"),
    path("pay/plans/<int:pk>/assign/", plans.pay_plan_assign, name="pay_plan_assign"),
    path("pay/plans/<int:pk>/letters/<int:number>/", letters.plan_letters, name="plan_letters"),
    path("pay/plans/<int:pk>/letters/<int:number>/send/", letters.plan_letters_send, name="plan_letters_send"),
    path(
        "pay/plans/<int:pk>/letters/<int:number>/remind/",
        letters.plan_letters_remind,
        name="plan_letters_remind",
    ),
    path("pay/letters/", letters.own_letters, name="own_letters"),
    path("pay/letters/<int:pk>/", letters.plan_letter, name="plan_letter"),
    path("pay/letters/<int:pk>/letter.pdf", letters.plan_letter_pdf, name="plan_letter_pdf"),
    path("pay/letters/<int:pk>/accept/", letters.plan_letter_accept, name="plan_letter_accept"),
    path("pay/letters/<int:pk>/decline/", letters.plan_letter_decline, name="plan_letter_decline"),
    path("pay/letters/<int:pk>/remind/", letters.plan_letter_remind, name="plan_letter_remind"),
    path("pay/assignments/<int:pk>/end/", plans.pay_plan_end, name="pay_plan_end"),
    path("pay/facts/", facts.pay_fact_list, name="pay_fact_list"),
    path("pay/facts/new/", facts.pay_fact_new, name="pay_fact_new"),
    path("pay/facts/<int:pk>/", facts.pay_fact, name="pay_fact"),
    path("pay/plans/<int:pk>/model/", modelling.pay_model_new, name="pay_model_new"),
    path("pay/models/", modelling.pay_models, name="pay_models"),
    path("pay/models/<int:pk>/", modelling.pay_model, name="pay_model"),
    path("pay/models/<int:pk>/people/", modelling.pay_model_people, name="pay_model_people"),
    path("pay/models/<int:pk>/cancel/", modelling.pay_model_cancel, name="pay_model_cancel"),
    path("pay/models/<int:pk>/again/", modelling.pay_model_again, name="pay_model_again"),
    path("pay/models/<int:pk>/here/", modelling.pay_model_here, name="pay_model_here"),
    path("pay/quotas/", quotas.pay_quota_list, name="pay_quota_list"),
    path("pay/quotas/new/", quotas.pay_quota_new, name="pay_quota_new"),
    path("pay/quotas/from-targets/", quotas.pay_quotas, name="pay_quotas"),
    path("pay/quotas/<int:pk>/", quotas.pay_quota, name="pay_quota"),
    path("pay/statements/<int:pk>/ask/", inquiries.pay_inquiry_new, name="pay_inquiry_new"),
    path("pay/inquiries/", inquiries.pay_inquiries, name="pay_inquiries"),
    path("pay/inquiries/mine/", inquiries.pay_inquiries_mine, name="pay_inquiries_mine"),
    path("pay/inquiries/report/", inquiries.pay_inquiry_report, name="pay_inquiry_report"),
    path("pay/inquiries/<int:pk>/", inquiries.pay_inquiry, name="pay_inquiry"),
    path("pay/inquiries/<int:pk>/reply/", inquiries.pay_inquiry_reply, name="pay_inquiry_reply"),
    path("pay/inquiries/<int:pk>/assign/", inquiries.pay_inquiry_assign, name="pay_inquiry_assign"),
    path("pay/inquiries/<int:pk>/wait/", inquiries.pay_inquiry_wait, name="pay_inquiry_wait"),
    path("pay/inquiries/<int:pk>/accept/", inquiries.pay_inquiry_accept, name="pay_inquiry_accept"),
    path("pay/inquiries/<int:pk>/reject/", inquiries.pay_inquiry_reject, name="pay_inquiry_reject"),
    path("pay/inquiries/<int:pk>/withdraw/", inquiries.pay_inquiry_withdraw, name="pay_inquiry_withdraw"),
    path("pay/adjustments/", adjustments.pay_adjustments, name="pay_adjustments"),
    path("pay/adjustments/new/", adjustments.pay_adjustment_new, name="pay_adjustment_new"),
    path("pay/adjustments/<int:pk>/", adjustments.pay_adjustment, name="pay_adjustment"),
    path("pay/adjustments/<int:pk>/approve/", adjustments.pay_adjustment_approve, name="pay_adjustment_approve"),
    path("pay/adjustments/<int:pk>/reject/", adjustments.pay_adjustment_reject, name="pay_adjustment_reject"),
    path("pay/adjustments/<int:pk>/withdraw/", adjustments.pay_adjustment_withdraw, name="pay_adjustment_withdraw"),
    path("pay/adjustments/<int:pk>/reverse/", adjustments.pay_adjustment_reverse, name="pay_adjustment_reverse"),
]


def waiting_inquiries(user: object) -> Count | None:
    """The number beside the entry of the navigation: red while one is overdue."""
    if not can_answer_inquiries(user):
        return None
    found = desk(all_inquiries(user), timezone.localdate())  # type: ignore[arg-type]
    open_ones = found.open - found.waiting
    return Count(open_ones, hot=bool(found.overdue)) if open_ones else None


nav_count("pay_inquiries", waiting_inquiries)
