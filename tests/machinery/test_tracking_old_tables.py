"""A file of an older or a newer MLflow."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from tracked import begin, counts, default, finish

from lab.errors import UserError
from lab.tracking.old_store import upgrade_if_old
from lab.tracking.sync import caught_up

pytest_plugins = ["tracked"]  # its fixtures


def test_tables_of_an_older_mlflow_are_upgraded_after_a_copy(project: Path) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory
    from mlflow.store.db.utils import _get_alembic_config
    from mlflow.store.tracking.dbmodels.initial_models import Base
    from sqlalchemy import create_engine

    Path("mlflow.db").unlink()
    engine = create_engine(default())
    Base.metadata.create_all(engine)
    config = _get_alembic_config(default())
    scripts = ScriptDirectory.from_config(config)
    head = str(scripts.get_current_head())
    before = scripts.get_revision(head).down_revision
    command.upgrade(config, str(before))
    engine.dispose()
    finish(begin(), seconds=1.0)
    _, done = caught_up(default())
    assert counts(done) == (1, 0, 0)
    (copy,) = project.glob("mlflow.db.before-*")
    for path, revision in ((copy, before), (Path("mlflow.db"), head)):
        with contextlib.closing(sqlite3.connect(path)) as database:
            assert database.execute("select version_num from alembic_version").fetchall() == [(revision,)]
    assert upgrade_if_old(default()) is None


def test_tables_of_a_newer_mlflow_are_left_alone_and_named(project: Path) -> None:
    with contextlib.closing(sqlite3.connect("mlflow.db")) as database:
        database.execute("update alembic_version set version_num = 'tomorrow'")
        database.commit()
    with pytest.raises(UserError, match=r"another MLflow made the tables .*tomorrow.*move the file away"):
        caught_up(default())


def test_tables_whose_making_was_interrupted_are_made_anew(project: Path) -> None:
    from alembic.script import ScriptDirectory
    from mlflow.store.db.utils import _get_alembic_config

    Path("mlflow.db").unlink()
    first = str(ScriptDirectory.from_config(_get_alembic_config(default())).get_base())
    with contextlib.closing(sqlite3.connect("mlflow.db")) as database:
        database.execute("create table alembic_version (version_num text)")
        database.execute("insert into alembic_version values (?)", (first,))
        database.execute("create table runs (run_uuid text)")
        database.commit()
    finish(begin(), seconds=1.0)
    _, done = caught_up(default())
    assert counts(done) == (1, 0, 0)
    assert list(project.glob("mlflow.db.before-*")) == []
