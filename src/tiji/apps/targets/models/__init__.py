from tiji.apps.targets.models.cells import TargetCell, TargetEdit
from tiji.apps.targets.models.plans import TargetNode, TargetPlan, TargetVersion

__all__ = ["TargetCell", "TargetEdit", "TargetNode", "TargetPlan", "TargetVersion"]
