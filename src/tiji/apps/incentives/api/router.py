"""The one router of the room."""

from tiji.shared.rest import Router

router = Router("incentives", tag="Pay")
