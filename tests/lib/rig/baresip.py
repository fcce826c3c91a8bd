# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's baresip: it plays a tone into a call and records what it hears.

Its aufile module cannot record, so that its sndfile filter does; that runs only with a player behind it,
which is a bridge to nowhere.
"""

import glob
import os

from . import audio
from .process import Process, until

_CONFIG = """
poll_method epoll
sip_listen {address}:5060
call_local_timeout 20
call_max_calls 2
audio_player aubridge,{name}
audio_source aufile,{folder}/tone.wav
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
audio_buffer 20-160
rtp_ports 16000-17000
rtcp_mux no
jitter_buffer_delay 2-10
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
snd_path {folder}
module_tmp uuid.so
module_tmp account.so
module_app menu.so
ringback_disabled yes
menu_bell no
"""


class Baresip:
    """One phone. `dial` makes it call that user through the proxy; otherwise it answers by itself."""

    def __init__(self, place, folder, name, proxy, frequency, dial=None, seconds=6, codec="PCMA"):
        self.folder = f"{folder}/{name}"
        os.makedirs(self.folder)
        audio.write_wav(f"{self.folder}/tone.wav", audio.tone(frequency, 30))
        with open(f"{self.folder}/config", "w", encoding="ascii") as file:
            file.write(_CONFIG.format(address=place.ip4, folder=self.folder, name=name, modules="/usr/lib/baresip/modules"))
        with open(f"{self.folder}/accounts", "w", encoding="ascii") as file:
            file.write(f'<sip:{name}@{place.ip4}>;regint=0;answermode=auto;audio_codecs={codec};'
                       f'outbound="sip:{proxy};transport=udp"\n')
        command = ["baresip", "-4", "-f", self.folder, "-t", str(seconds)]
        if dial:
            command += ["-e", f"d sip:{dial}@{proxy}"]
        self.process = Process(place.net, command, f"{folder}/{name}.log", env={"HOME": self.folder})
        until(lambda: "baresip is ready" in self.process.text(), 5, f"baresip {name} to be ready")

    def finish(self, seconds=20):
        """Wait until it has ended by itself; what it heard, as (samples, rate)."""
        if self.process.wait(seconds) is None:
            self.process.stop()
            raise AssertionError(f"baresip was not done after {seconds} s:\n{self.process.tail()}")
        return self.heard()

    def heard(self):
        """What it decoded, as (samples, rate); its sndfile filter wrote that down."""
        found = glob.glob(f"{self.folder}/dump-*-dec.wav")
        if not found:
            raise AssertionError(f"baresip decoded no audio:\n{self.process.tail()}")
        return audio.read_wav(found[0])

    def stop(self):
        """End it."""
        self.process.stop(seconds=1)
