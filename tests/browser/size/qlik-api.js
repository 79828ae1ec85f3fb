import { openAppSession } from '@qlik/api/qix';

export const open = (appId, hostConfig) => openAppSession({ appId, hostConfig }).getDoc();
