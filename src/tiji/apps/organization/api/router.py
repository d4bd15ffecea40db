"""The room's one router."""

from tiji.shared.rest import Router

router = Router("organization", tag="Organisation")
