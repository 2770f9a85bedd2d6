from tests.server.demo.fixtures import filled, province, province_file

__all__ = ["filled", "province", "province_file"]
