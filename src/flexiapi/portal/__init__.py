"""The web portal's frame: layout, navigation, dashboards and documentation pages."""
