"""Experiments: variants of a configuration for shares of the users, and what comes of them.

``assignment``  which variant a user gets, by a keyed hash
``variant``     named configurations, each of which reads what the others write
``measures``    totals of users that are alike but for chance
``guard``       when a candidate is taken back
``counts``      what is known of a variant
``trial``       a variant while an experiment lasts
``coding``      the codec of a user
``statistics``  intervals by bootstrap, and the rule that decides
``report``      figures of all variants, and what was decided
``saving``      the same as a file
``experiment``  an experiment itself
"""

from aura.experiments.assignment import Slot, slot_of
from aura.experiments.coding import ExperimentCodec
from aura.experiments.counts import Counts, Look
from aura.experiments.experiment import Experiment
from aura.experiments.guard import Breach, Limits
from aura.experiments.report import Comparison, Report, VariantReport
from aura.experiments.saving import ExperimentError
from aura.experiments.statistics import Decision, Interval, Rule
from aura.experiments.trial import Trial
from aura.experiments.variant import Variant, rollout

__all__ = [
    "Breach",
    "Comparison",
    "Counts",
    "Decision",
    "Experiment",
    "ExperimentCodec",
    "ExperimentError",
    "Interval",
    "Limits",
    "Look",
    "Report",
    "Rule",
    "Slot",
    "Trial",
    "Variant",
    "VariantReport",
    "rollout",
    "slot_of",
]
