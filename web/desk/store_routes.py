"""The routes of backups and of the store of recordings at the desk: what the API does in the background."""

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import backups, store, store_import, store_keys
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.pages import page
from hotline1022.web.desk.store_import import ImportQuery
from hotline1022.web.route import Place, Route

P = Permission.SETTINGS
#: as a page asks for itself while something runs: nobody need sit there
BY_ITSELF = Place(needs=P, by_itself=True)

ROUTES: tuple[Route, ...] = (
    page("GET", backups.HERE, "Backups", backups.show_backups, P, DoneQuery),
    page("GET", backups.NOW, "The same, as the page asks for it", backups.show_backups, BY_ITSELF, DoneQuery),
    page("POST", backups.HERE, "Begin a backup", backups.begin, P),
    page("POST", "/desk/backups/stop", "Stop it", backups.stop, P),
    page("POST", "/desk/backups/{backup}/verify", "Read one of the shelf", backups.check, P),
    page("POST", "/desk/backups/verification/stop", "Stop that", backups.stop_check, P),
    page("GET", store.HERE, "The store of recordings", store.show_store, P, DoneQuery),
    page("GET", store.NOW, "The same, as the page asks for it", store.show_store, BY_ITSELF, DoneQuery),
    page("POST", "/desk/store/files", "Verify all files", store.verify, P),
    page("POST", "/desk/store/files/stop", "Stop that", store.stop_verify, P),
    page("POST", "/desk/store/rebuild", "Make the catalogue again", store.rebuild, P),
    page("POST", "/desk/store/rebuild/stop", "Stop that", store.stop_rebuild, P),
    page("GET", store_import.HERE, "Recordings of another PBX", store_import.show_import, P, ImportQuery),
    page(
        "GET", store_import.NOW, "The same, as the page asks for it", store_import.show_import, BY_ITSELF, ImportQuery
    ),
    page("POST", "/desk/store/import/try", "Say what an import would do", store_import.try_it, P),
    page("POST", store_import.HERE, "Take over what was tried", store_import.begin, P, confirms=True),
    page("POST", "/desk/store/import/stop", "Stop that", store_import.stop, P),
    page("GET", store_keys.HERE, "Keys that seal", store_keys.show_keys, P, DoneQuery),
    page("GET", store_keys.NOW, "The same, as the page asks for it", store_keys.show_keys, BY_ITSELF, DoneQuery),
    page("POST", store_keys.HERE, "A new key", store_keys.make, P, confirms=True),
    page("POST", "/desk/store/keys/count", "Count the files of each", store_keys.count, P),
    page("POST", "/desk/store/keys/count/stop", "Stop that", store_keys.stop_count, P),
    page("POST", "/desk/store/reseal", "All files under the newest key", store_keys.reseal, P, confirms=True),
    page("POST", "/desk/store/reseal/stop", "Stop that", store_keys.stop_reseal, P),
)
