// Photos are made smaller before they are sent: signal is poor in lobbies. Drawing them anew turns them upright
// and leaves out where and with what they were taken.
(() => {
  "use strict";

  const LONGEST = 2000;
  const QUALITY = 0.82;

  function load(file) {
    if (window.createImageBitmap) {
      return createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => byElement(file));
    }
    return byElement(file);
  }

  function byElement(file) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      const address = URL.createObjectURL(file);
      image.onload = () => { URL.revokeObjectURL(address); resolve(image); };
      image.onerror = () => { URL.revokeObjectURL(address); reject(new Error("no picture")); };
      image.src = address;
    });
  }

  // a file as it is, where it is no photo or the browser cannot read it
  async function shrink(file) {
    if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) return file;
    try {
      const picture = await load(file);
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      if (file.type === "image/png" && scale === 1) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const made = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
      if (!made) return file;
      return new File([made], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: "image/jpeg" });
    } catch {
      return file;
    }
  }

  window.pictures = { shrink };
})();
