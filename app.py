"""The entry: for ``streamlit run`` the server, for a visitor the home page."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is None:
    from explorer.middleware import middleware

    app = st.App(__file__, middleware=middleware())
else:
    from explorer.home import home

    home()
