"""Contains all the data models used in inputs/outputs"""

from .allowance import Allowance
from .author import Author
from .author_part import AuthorPart
from .breakdown import Breakdown
from .breakdown_row import BreakdownRow
from .catalog_check import CatalogCheck
from .catalog_check_list import CatalogCheckList
from .catalog_check_part import CatalogCheckPart
from .change import Change
from .change_expanded import ChangeExpanded
from .change_part import ChangePart
from .change_part_expanded import ChangePartExpanded
from .check_version import CheckVersion
from .claim import Claim
from .claim_expanded import ClaimExpanded
from .claim_part import ClaimPart
from .claim_part_expanded import ClaimPartExpanded
from .claim_place import ClaimPlace
from .claimed_choice import ClaimedChoice
from .claimed_dataset import ClaimedDataset
from .claimed_dataset_detail import ClaimedDatasetDetail
from .claimed_dataset_detail_part import ClaimedDatasetDetailPart
from .claimed_dataset_part import ClaimedDatasetPart
from .counter_point import CounterPoint
from .dataset import Dataset
from .delivery import Delivery
from .delivery_detail import DeliveryDetail
from .earlier import Earlier
from .earlier_figure import EarlierFigure
from .edge import Edge
from .edge_expanded import EdgeExpanded
from .edge_part import EdgePart
from .edge_part_expanded import EdgePartExpanded
from .embedding import Embedding
from .embedding_detail import EmbeddingDetail
from .embedding_detail_expanded import EmbeddingDetailExpanded
from .embedding_detail_facts import EmbeddingDetailFacts
from .embedding_detail_part import EmbeddingDetailPart
from .embedding_detail_part_expanded import EmbeddingDetailPartExpanded
from .embedding_detail_part_facts import EmbeddingDetailPartFacts
from .embedding_expanded import EmbeddingExpanded
from .embedding_facts import EmbeddingFacts
from .embedding_part import EmbeddingPart
from .embedding_part_expanded import EmbeddingPartExpanded
from .embedding_part_facts import EmbeddingPartFacts
from .embedding_request import EmbeddingRequest
from .estimate import Estimate
from .export import Export
from .export_file import ExportFile
from .export_list import ExportList
from .export_part import ExportPart
from .facet_value import FacetValue
from .facets import Facets
from .facets_facets import FacetsFacets
from .file import File
from .file_expanded import FileExpanded
from .file_part import FilePart
from .file_part_expanded import FilePartExpanded
from .finding import Finding
from .finding_detail import FindingDetail
from .finding_detail_expanded import FindingDetailExpanded
from .finding_detail_part import FindingDetailPart
from .finding_detail_part_expanded import FindingDetailPartExpanded
from .finding_expanded import FindingExpanded
from .finding_part import FindingPart
from .finding_part_expanded import FindingPartExpanded
from .finding_picture import FindingPicture
from .interval import Interval
from .key import Key
from .key_list import KeyList
from .list_authors_fields_item import ListAuthorsFieldsItem
from .list_authors_kind import ListAuthorsKind
from .list_authors_sort import ListAuthorsSort
from .list_changes_expand_item import ListChangesExpandItem
from .list_changes_fields_item import ListChangesFieldsItem
from .list_changes_sort import ListChangesSort
from .list_changes_what import ListChangesWhat
from .list_checks_fields_item import ListChecksFieldsItem
from .list_claims_expand_item import ListClaimsExpandItem
from .list_claims_fields_item import ListClaimsFieldsItem
from .list_claims_sort import ListClaimsSort
from .list_claims_source import ListClaimsSource
from .list_datasets_fields_item import ListDatasetsFieldsItem
from .list_datasets_sort import ListDatasetsSort
from .list_edges_basis import ListEdgesBasis
from .list_edges_expand_item import ListEdgesExpandItem
from .list_edges_fields_item import ListEdgesFieldsItem
from .list_edges_relation import ListEdgesRelation
from .list_edges_sort import ListEdgesSort
from .list_embeddings_expand_item import ListEmbeddingsExpandItem
from .list_embeddings_fields_item import ListEmbeddingsFieldsItem
from .list_embeddings_sort import ListEmbeddingsSort
from .list_embeddings_state import ListEmbeddingsState
from .list_exports_fields_item import ListExportsFieldsItem
from .list_files_expand_item import ListFilesExpandItem
from .list_files_fields_item import ListFilesFieldsItem
from .list_files_sort import ListFilesSort
from .list_findings_expand_item import ListFindingsExpandItem
from .list_findings_fields_item import ListFindingsFieldsItem
from .list_findings_sort import ListFindingsSort
from .list_findings_verdict import ListFindingsVerdict
from .list_mark_matches_sort import ListMarkMatchesSort
from .list_marks_fields_item import ListMarksFieldsItem
from .list_marks_scheme import ListMarksScheme
from .list_marks_sort import ListMarksSort
from .list_marks_state import ListMarksState
from .list_measurements_fields_item import ListMeasurementsFieldsItem
from .list_measurements_measure import ListMeasurementsMeasure
from .list_measurements_sort import ListMeasurementsSort
from .list_measures_fields_item import ListMeasuresFieldsItem
from .list_repos_claims_item import ListReposClaimsItem
from .list_repos_count import ListReposCount
from .list_repos_expand_item import ListReposExpandItem
from .list_repos_fields_item import ListReposFieldsItem
from .list_repos_format_item import ListReposFormatItem
from .list_repos_gated_item import ListReposGatedItem
from .list_repos_risk_item import ListReposRiskItem
from .list_repos_size_item import ListReposSizeItem
from .list_repos_sort import ListReposSort
from .list_repos_state import ListReposState
from .list_repos_verdict_item import ListReposVerdictItem
from .list_repos_verified_item import ListReposVerifiedItem
from .list_revisions_expand_item import ListRevisionsExpandItem
from .list_revisions_fields_item import ListRevisionsFieldsItem
from .list_revisions_sort import ListRevisionsSort
from .list_runs_expand_item import ListRunsExpandItem
from .list_runs_fields_item import ListRunsFieldsItem
from .list_runs_sort import ListRunsSort
from .list_runs_status import ListRunsStatus
from .list_scan_executions_expand_item import ListScanExecutionsExpandItem
from .list_scan_executions_fields_item import ListScanExecutionsFieldsItem
from .list_scan_executions_sort import ListScanExecutionsSort
from .list_scan_executions_state import ListScanExecutionsState
from .list_scans_fields_item import ListScansFieldsItem
from .list_scans_sort import ListScansSort
from .list_scans_state import ListScansState
from .list_sync_problems_sort import ListSyncProblemsSort
from .list_syncs_fields_item import ListSyncsFieldsItem
from .list_syncs_kind import ListSyncsKind
from .list_syncs_sort import ListSyncsSort
from .list_syncs_status import ListSyncsStatus
from .list_webhook_deliveries_sort import ListWebhookDeliveriesSort
from .list_webhook_deliveries_state import ListWebhookDeliveriesState
from .list_webhooks_fields_item import ListWebhooksFieldsItem
from .list_webhooks_sort import ListWebhooksSort
from .list_webhooks_state import ListWebhooksState
from .mark import Mark
from .mark_detail import MarkDetail
from .mark_detail_part import MarkDetailPart
from .mark_match import MarkMatch
from .mark_part import MarkPart
from .mark_scan import MarkScan
from .mark_upload import MarkUpload
from .mark_verify import MarkVerify
from .marked_file import MarkedFile
from .measure import Measure
from .measure_list import MeasureList
from .measure_part import MeasurePart
from .measurement import Measurement
from .measurement_detail import MeasurementDetail
from .measurement_detail_part import MeasurementDetailPart
from .measurement_part import MeasurementPart
from .metric import Metric
from .mirror import Mirror
from .mirror_pass import MirrorPass
from .new_webhook import NewWebhook
from .option import Option
from .paginated_author_list import PaginatedAuthorList
from .paginated_change_list import PaginatedChangeList
from .paginated_claim_list import PaginatedClaimList
from .paginated_claimed_dataset_list import PaginatedClaimedDatasetList
from .paginated_delivery_list import PaginatedDeliveryList
from .paginated_edge_list import PaginatedEdgeList
from .paginated_embedding_list import PaginatedEmbeddingList
from .paginated_file_list import PaginatedFileList
from .paginated_finding_list import PaginatedFindingList
from .paginated_mark_list import PaginatedMarkList
from .paginated_mark_match_list import PaginatedMarkMatchList
from .paginated_measurement_list import PaginatedMeasurementList
from .paginated_repo_list import PaginatedRepoList
from .paginated_revision_list import PaginatedRevisionList
from .paginated_run_list import PaginatedRunList
from .paginated_scan_execution_list import PaginatedScanExecutionList
from .paginated_scan_list import PaginatedScanList
from .paginated_sync_list import PaginatedSyncList
from .paginated_sync_problem_list import PaginatedSyncProblemList
from .paginated_webhook_list import PaginatedWebhookList
from .past_claim import PastClaim
from .patched_scan_request import PatchedScanRequest
from .patched_scan_request_options import PatchedScanRequestOptions
from .patched_scan_request_options_additional_property import (
    PatchedScanRequestOptionsAdditionalProperty,
)
from .patched_webhook_change import PatchedWebhookChange
from .problem import Problem
from .problem_errors_item import ProblemErrorsItem
from .read_author_fields_item import ReadAuthorFieldsItem
from .read_change_expand_item import ReadChangeExpandItem
from .read_change_fields_item import ReadChangeFieldsItem
from .read_check_fields_item import ReadCheckFieldsItem
from .read_claim_expand_item import ReadClaimExpandItem
from .read_claim_fields_item import ReadClaimFieldsItem
from .read_dataset_fields_item import ReadDatasetFieldsItem
from .read_edge_expand_item import ReadEdgeExpandItem
from .read_edge_fields_item import ReadEdgeFieldsItem
from .read_embedding_expand_item import ReadEmbeddingExpandItem
from .read_embedding_fields_item import ReadEmbeddingFieldsItem
from .read_export_fields_item import ReadExportFieldsItem
from .read_file_expand_item import ReadFileExpandItem
from .read_file_fields_item import ReadFileFieldsItem
from .read_finding_expand_item import ReadFindingExpandItem
from .read_finding_fields_item import ReadFindingFieldsItem
from .read_mark_fields_item import ReadMarkFieldsItem
from .read_measure_fields_item import ReadMeasureFieldsItem
from .read_measurement_fields_item import ReadMeasurementFieldsItem
from .read_repo_expand_item import ReadRepoExpandItem
from .read_repo_fields_item import ReadRepoFieldsItem
from .read_revision_expand_item import ReadRevisionExpandItem
from .read_revision_fields_item import ReadRevisionFieldsItem
from .read_run_expand_item import ReadRunExpandItem
from .read_run_fields_item import ReadRunFieldsItem
from .read_scan_execution_expand_item import ReadScanExecutionExpandItem
from .read_scan_execution_fields_item import ReadScanExecutionFieldsItem
from .read_scan_fields_item import ReadScanFieldsItem
from .read_sync_fields_item import ReadSyncFieldsItem
from .read_webhook_fields_item import ReadWebhookFieldsItem
from .repo import Repo
from .repo_detail import RepoDetail
from .repo_detail_expanded import RepoDetailExpanded
from .repo_detail_part import RepoDetailPart
from .repo_detail_part_expanded import RepoDetailPartExpanded
from .repo_expanded import RepoExpanded
from .repo_part import RepoPart
from .repo_part_expanded import RepoPartExpanded
from .revision import Revision
from .revision_detail import RevisionDetail
from .revision_detail_config_type_0 import RevisionDetailConfigType0
from .revision_detail_expanded import RevisionDetailExpanded
from .revision_detail_part import RevisionDetailPart
from .revision_detail_part_config_type_0 import RevisionDetailPartConfigType0
from .revision_detail_part_expanded import RevisionDetailPartExpanded
from .revision_expanded import RevisionExpanded
from .revision_part import RevisionPart
from .revision_part_expanded import RevisionPartExpanded
from .run import Run
from .run_expanded import RunExpanded
from .run_options import RunOptions
from .run_part import RunPart
from .run_part_expanded import RunPartExpanded
from .run_part_options import RunPartOptions
from .run_request import RunRequest
from .run_request_options import RunRequestOptions
from .scan import Scan
from .scan_execution import ScanExecution
from .scan_execution_detail import ScanExecutionDetail
from .scan_execution_detail_difference import ScanExecutionDetailDifference
from .scan_execution_detail_expanded import ScanExecutionDetailExpanded
from .scan_execution_detail_not_done_item import ScanExecutionDetailNotDoneItem
from .scan_execution_detail_part import ScanExecutionDetailPart
from .scan_execution_detail_part_difference import ScanExecutionDetailPartDifference
from .scan_execution_detail_part_expanded import ScanExecutionDetailPartExpanded
from .scan_execution_detail_part_not_done_item import ScanExecutionDetailPartNotDoneItem
from .scan_execution_expanded import ScanExecutionExpanded
from .scan_execution_part import ScanExecutionPart
from .scan_execution_part_expanded import ScanExecutionPartExpanded
from .scan_part import ScanPart
from .scan_request import ScanRequest
from .scan_request_options import ScanRequestOptions
from .scan_request_options_additional_property import ScanRequestOptionsAdditionalProperty
from .secret import Secret
from .sync import Sync
from .sync_part import SyncPart
from .sync_problem import SyncProblem
from .webhook import Webhook
from .webhook_part import WebhookPart
from .webhook_request import WebhookRequest
from .work_list import WorkList
from .work_list_reasons import WorkListReasons

__all__ = (
    "Allowance",
    "Author",
    "AuthorPart",
    "Breakdown",
    "BreakdownRow",
    "CatalogCheck",
    "CatalogCheckList",
    "CatalogCheckPart",
    "Change",
    "ChangeExpanded",
    "ChangePart",
    "ChangePartExpanded",
    "CheckVersion",
    "Claim",
    "ClaimedChoice",
    "ClaimedDataset",
    "ClaimedDatasetDetail",
    "ClaimedDatasetDetailPart",
    "ClaimedDatasetPart",
    "ClaimExpanded",
    "ClaimPart",
    "ClaimPartExpanded",
    "ClaimPlace",
    "CounterPoint",
    "Dataset",
    "Delivery",
    "DeliveryDetail",
    "Earlier",
    "EarlierFigure",
    "Edge",
    "EdgeExpanded",
    "EdgePart",
    "EdgePartExpanded",
    "Embedding",
    "EmbeddingDetail",
    "EmbeddingDetailExpanded",
    "EmbeddingDetailFacts",
    "EmbeddingDetailPart",
    "EmbeddingDetailPartExpanded",
    "EmbeddingDetailPartFacts",
    "EmbeddingExpanded",
    "EmbeddingFacts",
    "EmbeddingPart",
    "EmbeddingPartExpanded",
    "EmbeddingPartFacts",
    "EmbeddingRequest",
    "Estimate",
    "Export",
    "ExportFile",
    "ExportList",
    "ExportPart",
    "Facets",
    "FacetsFacets",
    "FacetValue",
    "File",
    "FileExpanded",
    "FilePart",
    "FilePartExpanded",
    "Finding",
    "FindingDetail",
    "FindingDetailExpanded",
    "FindingDetailPart",
    "FindingDetailPartExpanded",
    "FindingExpanded",
    "FindingPart",
    "FindingPartExpanded",
    "FindingPicture",
    "Interval",
    "Key",
    "KeyList",
    "ListAuthorsFieldsItem",
    "ListAuthorsKind",
    "ListAuthorsSort",
    "ListChangesExpandItem",
    "ListChangesFieldsItem",
    "ListChangesSort",
    "ListChangesWhat",
    "ListChecksFieldsItem",
    "ListClaimsExpandItem",
    "ListClaimsFieldsItem",
    "ListClaimsSort",
    "ListClaimsSource",
    "ListDatasetsFieldsItem",
    "ListDatasetsSort",
    "ListEdgesBasis",
    "ListEdgesExpandItem",
    "ListEdgesFieldsItem",
    "ListEdgesRelation",
    "ListEdgesSort",
    "ListEmbeddingsExpandItem",
    "ListEmbeddingsFieldsItem",
    "ListEmbeddingsSort",
    "ListEmbeddingsState",
    "ListExportsFieldsItem",
    "ListFilesExpandItem",
    "ListFilesFieldsItem",
    "ListFilesSort",
    "ListFindingsExpandItem",
    "ListFindingsFieldsItem",
    "ListFindingsSort",
    "ListFindingsVerdict",
    "ListMarkMatchesSort",
    "ListMarksFieldsItem",
    "ListMarksScheme",
    "ListMarksSort",
    "ListMarksState",
    "ListMeasurementsFieldsItem",
    "ListMeasurementsMeasure",
    "ListMeasurementsSort",
    "ListMeasuresFieldsItem",
    "ListReposClaimsItem",
    "ListReposCount",
    "ListReposExpandItem",
    "ListReposFieldsItem",
    "ListReposFormatItem",
    "ListReposGatedItem",
    "ListReposRiskItem",
    "ListReposSizeItem",
    "ListReposSort",
    "ListReposState",
    "ListReposVerdictItem",
    "ListReposVerifiedItem",
    "ListRevisionsExpandItem",
    "ListRevisionsFieldsItem",
    "ListRevisionsSort",
    "ListRunsExpandItem",
    "ListRunsFieldsItem",
    "ListRunsSort",
    "ListRunsStatus",
    "ListScanExecutionsExpandItem",
    "ListScanExecutionsFieldsItem",
    "ListScanExecutionsSort",
    "ListScanExecutionsState",
    "ListScansFieldsItem",
    "ListScansSort",
    "ListScansState",
    "ListSyncProblemsSort",
    "ListSyncsFieldsItem",
    "ListSyncsKind",
    "ListSyncsSort",
    "ListSyncsStatus",
    "ListWebhookDeliveriesSort",
    "ListWebhookDeliveriesState",
    "ListWebhooksFieldsItem",
    "ListWebhooksSort",
    "ListWebhooksState",
    "Mark",
    "MarkDetail",
    "MarkDetailPart",
    "MarkedFile",
    "MarkMatch",
    "MarkPart",
    "MarkScan",
    "MarkUpload",
    "MarkVerify",
    "Measure",
    "MeasureList",
    "Measurement",
    "MeasurementDetail",
    "MeasurementDetailPart",
    "MeasurementPart",
    "MeasurePart",
    "Metric",
    "Mirror",
    "MirrorPass",
    "NewWebhook",
    "Option",
    "PaginatedAuthorList",
    "PaginatedChangeList",
    "PaginatedClaimedDatasetList",
    "PaginatedClaimList",
    "PaginatedDeliveryList",
    "PaginatedEdgeList",
    "PaginatedEmbeddingList",
    "PaginatedFileList",
    "PaginatedFindingList",
    "PaginatedMarkList",
    "PaginatedMarkMatchList",
    "PaginatedMeasurementList",
    "PaginatedRepoList",
    "PaginatedRevisionList",
    "PaginatedRunList",
    "PaginatedScanExecutionList",
    "PaginatedScanList",
    "PaginatedSyncList",
    "PaginatedSyncProblemList",
    "PaginatedWebhookList",
    "PastClaim",
    "PatchedScanRequest",
    "PatchedScanRequestOptions",
    "PatchedScanRequestOptionsAdditionalProperty",
    "PatchedWebhookChange",
    "Problem",
    "ProblemErrorsItem",
    "ReadAuthorFieldsItem",
    "ReadChangeExpandItem",
    "ReadChangeFieldsItem",
    "ReadCheckFieldsItem",
    "ReadClaimExpandItem",
    "ReadClaimFieldsItem",
    "ReadDatasetFieldsItem",
    "ReadEdgeExpandItem",
    "ReadEdgeFieldsItem",
    "ReadEmbeddingExpandItem",
    "ReadEmbeddingFieldsItem",
    "ReadExportFieldsItem",
    "ReadFileExpandItem",
    "ReadFileFieldsItem",
    "ReadFindingExpandItem",
    "ReadFindingFieldsItem",
    "ReadMarkFieldsItem",
    "ReadMeasureFieldsItem",
    "ReadMeasurementFieldsItem",
    "ReadRepoExpandItem",
    "ReadRepoFieldsItem",
    "ReadRevisionExpandItem",
    "ReadRevisionFieldsItem",
    "ReadRunExpandItem",
    "ReadRunFieldsItem",
    "ReadScanExecutionExpandItem",
    "ReadScanExecutionFieldsItem",
    "ReadScanFieldsItem",
    "ReadSyncFieldsItem",
    "ReadWebhookFieldsItem",
    "Repo",
    "RepoDetail",
    "RepoDetailExpanded",
    "RepoDetailPart",
    "RepoDetailPartExpanded",
    "RepoExpanded",
    "RepoPart",
    "RepoPartExpanded",
    "Revision",
    "RevisionDetail",
    "RevisionDetailConfigType0",
    "RevisionDetailExpanded",
    "RevisionDetailPart",
    "RevisionDetailPartConfigType0",
    "RevisionDetailPartExpanded",
    "RevisionExpanded",
    "RevisionPart",
    "RevisionPartExpanded",
    "Run",
    "RunExpanded",
    "RunOptions",
    "RunPart",
    "RunPartExpanded",
    "RunPartOptions",
    "RunRequest",
    "RunRequestOptions",
    "Scan",
    "ScanExecution",
    "ScanExecutionDetail",
    "ScanExecutionDetailDifference",
    "ScanExecutionDetailExpanded",
    "ScanExecutionDetailNotDoneItem",
    "ScanExecutionDetailPart",
    "ScanExecutionDetailPartDifference",
    "ScanExecutionDetailPartExpanded",
    "ScanExecutionDetailPartNotDoneItem",
    "ScanExecutionExpanded",
    "ScanExecutionPart",
    "ScanExecutionPartExpanded",
    "ScanPart",
    "ScanRequest",
    "ScanRequestOptions",
    "ScanRequestOptionsAdditionalProperty",
    "Secret",
    "Sync",
    "SyncPart",
    "SyncProblem",
    "Webhook",
    "WebhookPart",
    "WebhookRequest",
    "WorkList",
    "WorkListReasons",
)
