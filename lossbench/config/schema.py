"""A JSON Schema of the config, with which editors complete keys and mark what is wrong.

Another one is that of claims.yaml. They are made from the models and tables that check these files.
That of a config knows every key, name and bound, but
not what depends on the data, such as whether a loss fits the target.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from lossbench.config.experiment import Experiment
from lossbench.config.sections.claims import Claims, CriterionChoice
from lossbench.config.sections.dataset import COMMON
from lossbench.config.sections.loss_sum import WEIGHT
from lossbench.data import generators
from lossbench.tables.layers import LAYERS
from lossbench.tables.losses import LOSSES, Loss
from lossbench.tables.losses import NAMES as LOSS_NAMES
from lossbench.tables.metrics import METRICS
from lossbench.tables.optimizers import NAMES as OPTIMIZER_NAMES
from lossbench.tables.optimizers import OPTIMIZERS, SCHEDULES
from lossbench.tables.parameters import Parameter

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> Schema:
    """The schema, in JSON Schema's draft of 2020-12."""
    document = Experiment.model_json_schema()
    document["required"].remove("name")  # the file's stem
    parts, properties = document["$defs"], document["properties"]
    parts["Dataset"] = _dataset(parts["Dataset"])
    parts["LossChoice"] = _or_bare_name(_loss(parts["LossChoice"]), list(LOSS_NAMES))
    parts["Optimizer"] = _or_bare_name(
        _with_parameters(
            parts["Optimizer"],
            "name",
            [
                ([alias for alias, of in OPTIMIZER_NAMES.items() if of == name], _table(rows))
                for name, rows in OPTIMIZERS.items()
            ],
        ),
        list(OPTIMIZER_NAMES),
    )
    parts["NamedLayer"] = _named_layer()
    properties["published"]["propertyNames"] = {"enum": list(METRICS)}
    return {"$schema": DIALECT, **_without_titles(document), "title": "A config of lossbench"}


def claims_schema() -> Schema:
    """The schema of claims.yaml."""
    document = Claims.model_json_schema()
    criteria = {
        name: {"$ref": f"#/$defs/{of.__name__}"} for name, of in CriterionChoice.kinds().items()
    }
    one = {"properties": criteria, "minProperties": 1, "maxProperties": 1}
    document["$defs"]["CriterionChoice"] |= one
    for section in (document, document["$defs"]["Claim"]):
        for values in section["properties"].values():
            if values.get("type") == "array":
                values["minItems"] = 1
    return {"$schema": DIALECT, **_without_titles(document), "title": "Claims about configs"}


def _dataset(section: Schema) -> Schema:
    """A generator with its parameters, or a file with its keys."""
    own = dict.fromkeys(section["properties"], True)
    shared = {name: True for name in own if name in {"generator", *COMMON}}
    branches: list[Schema] = [
        {
            "if": {"properties": {"generator": {"const": name}}, "required": ["generator"]},
            "then": _only({**shared, **_generator(name)}),
        }
        for name in generators.GENERATORS
    ]
    of_function = {"properties": {it: it in {"function", "problem", *COMMON} for it in own}}
    del own["generator"], own["function"]
    of_file = {**_only(own), "required": ["file", "target"]}
    others = {"if": {"not": {"required": ["generator"]}}, "then": of_file}
    branches.append({"if": {"required": ["function"]}, "then": of_function, "else": others})
    return {**section, "additionalProperties": True, "allOf": branches}


def _named_layer() -> Schema:
    """The name of a layer, or one with its parameters, or with the value of its bare one."""
    alone, branches = [], {}
    for name, row in LAYERS.items():
        needed = [key for key, it in row.parameters.items() if it.needed]
        whole = {**_only(_table(row.parameters)), "type": "object", "required": needed}
        bare = [_parameter(row.parameters[row.bare])] if row.bare else []
        branches[name] = {"anyOf": [whole, *bare]}
        if not needed:
            alone.append(name)
    one = {**_only(branches), "type": "object", "minProperties": 1, "maxProperties": 1}
    return {"anyOf": [{"enum": alone}, one]}


def _loss(section: Schema) -> Schema:
    """A loss of the table with its parameters, a sum of them, or a function with any parameters."""
    named = {"name": {"enum": list(LOSS_NAMES), "type": "string"}}
    branches: list[Schema] = [
        {
            "if": {
                "properties": {"name": {"enum": [loss.name, *loss.aliases]}},
                "required": ["name"],
                "not": {"required": ["function"]},
            },
            "then": _only({"name": True, **_of_target(loss), **_table(loss.parameters)}),
        }
        for loss in LOSSES.values()
    ]
    own = {"if": {"required": ["function"]}, "then": {"required": ["labels"]}}
    known = {
        "if": {"required": ["sum"]},
        "then": _only({"name": True, "sum": True, "target": True}),
        "else": {"properties": named, "required": ["name"]},
    }
    return {
        **section,
        "properties": {**section["properties"], "name": {"type": "string"}, "sum": _sum()},
        "required": [],
        "additionalProperties": True,
        "allOf": [*branches, {**own, "else": known}],
    }


def _sum() -> Schema:
    """The terms of a sum: each a weight, or a mapping of the weight and parameters."""
    weight = {"type": "number", "exclusiveMinimum": 0}
    terms = {
        alias: {
            "anyOf": [
                weight,
                {
                    "type": "object",
                    **_only({WEIGHT: weight, **_table(LOSSES[name].parameters)}),
                    "required": [WEIGHT],
                },
            ]
        }
        for alias, name in LOSS_NAMES.items()
    }
    return {"type": "object", "minProperties": 2, **_only(terms)}


def _of_target(loss: Loss) -> Schema:
    """The labels that a loss may have instead, and what it can take real numbers for."""
    found: Schema = {}
    if loss.on_classes:
        found["labels"] = {"const": loss.of_classes.labels}
    if takes := [*loss.takes_for, *(loss.of_classes.takes_for if loss.on_classes else ())]:
        found["target"] = {"enum": takes}
    return found


def _with_parameters(
    section: Schema, key: str, choices: Sequence[tuple[list[str], Schema]]
) -> Schema:
    """A section that takes, besides its own keys, the parameters of what ``key`` names."""
    own = section["properties"]
    branches = []
    for names, parameters in choices:
        condition: Schema = {"properties": {key: {"enum": names}}}
        if own[key].get("default") not in names:
            condition["required"] = [key]
        branches.append(
            {"if": condition, "then": _only({**dict.fromkeys(own, True), **parameters})}
        )
    if "default" not in own[key]:
        nameless = {"if": {"not": {"required": [key]}}, "then": _only(dict.fromkeys(own, True))}
        branches.append(nameless)
    return {**section, "additionalProperties": True, "allOf": branches}


def _only(properties: Schema) -> Schema:
    return {"properties": properties, "additionalProperties": False}


def _or_bare_name(section: Schema, names: Sequence[str]) -> Schema:
    """A section that may also be the name alone, where no parameter is given."""
    return {"description": section["description"], "anyOf": [{"enum": names}, section]}


def _generator(name: str) -> Schema:
    """The parameters of a generator; only scikit-learn knows which values they take."""
    return {
        parameter: {"default": default} if isinstance(default, bool | int | float | str) else {}
        for parameter, default in generators.parameters(name).items()
    }


def _table(parameters: Mapping[str, Parameter]) -> Schema:
    return {name: _parameter(row) for name, row in parameters.items()}


def _parameter(row: Parameter) -> Schema:
    default = {} if row.needed else {"default": row.default}
    if isinstance(row.default, bool):
        return {"type": "boolean", **default}
    if row.choices:
        return {"enum": [*row.choices, *([None] if row.default is None else [])], **default}
    low = {"exclusiveMinimum" if row.low_excluded else "minimum": row.low}
    high = {"exclusiveMaximum" if row.high_excluded else "maximum": row.high}
    bounds = {name: bound for name, bound in {**low, **high}.items() if isfinite(bound)}
    number: Schema = {"type": "integer" if row.whole else "number", **bounds}
    if row.not_zero:
        number["not"] = {"const": 0}
    many: Schema = {"type": "array", "items": number}
    if isinstance(row.default, tuple) and not row.one_or_many:
        return {**many, "default": list(row.default)}
    choices = [number]
    if row.default is None and not row.needed:
        choices.append({"type": "null"})
    if row.one_or_many:
        choices.append(many)
    if row.scheduled:
        choices.append(_schedules())
    return {**number, **default} if len(choices) == 1 else {"anyOf": choices, **default}


def _schedules() -> Schema:
    """One of the schedules of the learning rate with its parameters."""
    branches = [
        {
            "if": {"properties": {"schedule": {"const": name}}},
            "then": {
                **_only({"schedule": True, **_table(rows)}),
                "required": [key for key, row in rows.items() if row.needed],
            },
        }
        for name, rows in SCHEDULES.items()
    ]
    return {
        "type": "object",
        "properties": {"schedule": {"enum": list(SCHEDULES)}},
        "required": ["schedule"],
        "allOf": branches,
    }


def _without_titles(part: Any) -> Any:
    """A schema without the titles that pydantic adds, which only repeat the keys."""
    if isinstance(part, list):
        return [_without_titles(it) for it in part]
    if not isinstance(part, dict):
        return part
    titled = isinstance(part.get("title"), str)
    return {
        name: _without_titles(it) for name, it in part.items() if not (titled and name == "title")
    }
