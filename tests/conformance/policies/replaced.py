"""Checkov gives a check what is planned, and from `resource_changes`, by address, what would be done."""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Replaced(BaseResourceCheck):
    def __init__(self):
        super().__init__(
            name="Apply ends no signing secret at once",
            id="CKV_WEBHOOKS_2",
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=["videogen_webhook_endpoint"],
        )

    def scan_resource_conf(self, conf):
        return CheckResult.FAILED if "delete" in conf["__change_actions__"] else CheckResult.PASSED


check = Replaced()
