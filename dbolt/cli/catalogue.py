"""`dbolt directories`: look at and check the directory files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dbolt.catalogue.lint import lint
from dbolt.catalogue.loader import Catalogue, CatalogueMissing, default_folder, load
from dbolt.cli import overrides
from dbolt.cli.output import Exit, Trouble, emit_json, err, out, table
from dbolt.domain.directory import Directory, Evidence, Policy

Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="Folder of YAML files; without it, the product's own."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def register(app: typer.Typer) -> None:
    """Adds `directories` and its commands."""
    group = typer.Typer(
        help="Look at and check the directory files; override their rules.", no_args_is_help=True
    )
    group.command("list")(list_)
    group.command("lint")(lint_)
    overrides.register(group)
    app.add_typer(group, name="directories")


def read_catalogue(folder: Path | None) -> Catalogue:
    """The catalogue of *folder*, or Trouble with the way out."""
    from dbolt.settings import Settings

    try:
        return load(folder or Settings().directories or default_folder())
    except CatalogueMissing as missing:
        raise Trouble(str(missing)) from missing


def list_(
    folder: Folder = None,
    policy: Annotated[Policy | None, typer.Option(help="Only with this policy.")] = None,
    evidence: Annotated[Evidence | None, typer.Option(help="Only as well known as this.")] = None,
    country: Annotated[str, typer.Option(help="Only those that serve this country, e.g. US.")] = "",
    search: Annotated[str, typer.Option(help="Only with these letters in name or slug.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the directories."""

    def wanted(directory: Directory) -> bool:
        return (
            (policy is None or directory.policy is policy)
            and (evidence is None or directory.evidence is evidence)
            and (not country or directory.serves(country))
            and search.lower() in f"{directory.slug} {directory.name}".lower()
        )

    catalogue = read_catalogue(folder)
    found = [d for d in catalogue.directories if wanted(d)]
    if as_json:
        emit_json([d.model_dump(mode="json") for d in found])
        return
    table(
        ["slug", "name", "market", "cost", "policy", "evidence"],
        [(d.slug, d.name, d.market, d.cost, d.policy, d.evidence) for d in found],
    )
    out.print(f"{len(found)} of {len(catalogue.directories)} directories", style="dim")
    if catalogue.faults:
        err.print(f"{len(catalogue.faults)} faults; see `dbolt directories lint`", style="yellow")


def lint_(folder: Folder = None, as_json: AsJson = False) -> None:
    """Check every directory file; exit 1 if one is wrong."""
    catalogue = read_catalogue(folder)
    faults = lint(catalogue)
    if as_json:
        emit_json([{"file": f.file, "problem": f.problem} for f in faults])
    elif faults:
        table(["file", "problem"], [(f.file, f.problem) for f in faults])
    else:
        out.print(f"{len(catalogue.directories)} directory files, no faults", style="green")
    if faults:
        raise typer.Exit(Exit.FAILED)
