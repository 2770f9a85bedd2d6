from tests.server.demo.fixtures import filled, province

__all__ = ["filled", "province"]
